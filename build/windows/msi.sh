#!/usr/bin/env bash
# The MSI, for administrators: build/windows/msi.sh VERSION NUMBERS PROGRAMS OUT.msi
#
# Each setting that says where the provider is becomes a public property in capitals (PROVIDER, CLIENT_ID, DOMAIN, …), and
# a property that is given becomes a value of the policy in the registry. An upgrade without properties keeps the values
# of the installation before it; one with properties keeps none of the others. A secret has no property, since the
# registry and the installer's log are read by every user.
#
# What wixl does not write is added by msibuild: conditions of components, secure properties, an upgrade that includes the
# same version, and identities and times that follow from the commit. The same commit gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. build/common.sh
version=$1 numbers=$2 programs=$3 out=$4
work=$programs.msi
mkdir -p "$work"
cp "$programs"/{latchkey.exe,latchkeyctl.exe,license.txt,third-party-licences.txt} build/windows/{latchkey.wxs,icon.ico} "$work/"
keys=$(sed -n '1,/^  },/s/.*"name": "\([a-z_]*\)".*/\1/p' internal/settings/keys.json | grep -vx client_secret)

cd "$work"
dated . # the cabinet in the MSI notes the files' times
given="" secure="OLDER;NEWER" queries=() turn=60 # right after AppSearch, which is 50
{
  echo '<Include xmlns="http://schemas.microsoft.com/wix/2006/wi">'
  for key in $keys; do
    property=${key^^} turn=$((turn + 1))
    given="$given${given:+ OR }$property"
    secure="$secure;$property;KEPT_$property"
    queries+=(-q "UPDATE \`Component\` SET \`Condition\`='$property' WHERE \`Component\`='policy.$key'")
    cat <<XML
<Property Id="KEPT_$property">
  <RegistrySearch Id="search.$key" Root="HKLM" Key="SOFTWARE\Latchkey\Installer" Name="$key" Type="raw" Win64="yes"/>
</Property>
<CustomAction Id="keep.$key" Property="$property" Value="[KEPT_$property]" Impersonate="yes"/>
<InstallExecuteSequence><Custom Action="keep.$key" Sequence="$turn">KEPT_$property AND NOT GIVEN</Custom></InstallExecuteSequence>
<DirectoryRef Id="INSTALLDIR"><Component Id="policy.$key" Guid="$(guid "policy.$key")" Win64="yes">
  <RegistryValue Root="HKLM" Key="SOFTWARE\Policies\Latchkey" Name="$key" Type="string" Value="[$property]" KeyPath="yes"/>
  <RegistryValue Root="HKLM" Key="SOFTWARE\Latchkey\Installer" Name="$key" Type="string" Value="[$property]"/>
</Component></DirectoryRef>
XML
  done
  echo '<CustomAction Id="given" Property="GIVEN" Value="1" Impersonate="yes"/>'
  echo "<InstallExecuteSequence><Custom Action=\"given\" Sequence=\"60\">$given</Custom></InstallExecuteSequence>"
  echo '<Feature Id="Policy" Level="1">'
  for key in $keys; do echo "<ComponentRef Id=\"policy.$key\"/>"; done
  echo '</Feature></Include>'
} >policy.wxi

made=latchkey.msi
wixl -a x64 -o "$made" -D VERSION="$version" -D NUMBERS="$numbers" -D PRODUCT="$(guid "product $version")" -D UPGRADE="$(guid upgrade)" \
  -D WINDOW="$(guid window)" -D COMMANDLINE="$(guid commandline)" -D WORDS="$(guid words)" latchkey.wxs
time=$(date -u -d "@$SOURCE_DATE_EPOCH" '+%Y\/%m\/%d %H:%M:%S')
msiinfo export "$made" _SummaryInformation |
  sed -E "s/^(12|13)\t.*/\1\t$time/; s/^9\t.*/9\t{$(guid "package $version $SOURCE_DATE_EPOCH")}/" >summary.idt
msiinfo export "$made" Upgrade | sed -E 's/\t256(\t[^\t]*\tOLDER)/\t768\1/' >upgrade.idt
msibuild "$made" "${queries[@]}" -i summary.idt -i upgrade.idt \
  -q "UPDATE \`File\` SET \`Version\`='$numbers.0' WHERE \`File\`='latchkey.exe'" \
  -q "UPDATE \`Property\` SET \`Value\`='$secure' WHERE \`Property\`='SecureCustomProperties'"
mv "$made" "$out"
rm -r "$work"
