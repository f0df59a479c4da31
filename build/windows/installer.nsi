# The installer of Latchkey for Windows.
#
#   setup.exe                 asks; for the person alone unless told otherwise, and
#                             then no administrator is needed
#   setup.exe /S              silently, for the person alone
#   setup.exe /S /ALLUSERS    silently for every user: run as an administrator
#   setup.exe /NOWEBVIEW      leaves WebView2 to whoever manages the machine
#   setup.exe /D=C:\folder    into this folder (last, unquoted, as NSIS wants it)
#   uninstall.exe /S [/REMOVESETTINGS]
#
# Exit codes: 0 done, 1 cancelled, 2 failed, 64 Windows is too old, 170 Latchkey is
# running, 740 an administrator is needed, 1638 the MSI is installed.
#
# makensis -DVERSION= -DNUMBERS=a.b.c.d -DPROGRAMS=folder -DICON= -DSIGN= -DOUT=
Target amd64-unicode
SetCompressor /SOLID lzma
!define NAME "Latchkey"
!define ID "latchkey"
!define PUBLISHER "Latchkey contributors"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${ID}"
!define WEBVIEW "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

Name "${NAME}"
OutFile "${OUT}"
BrandingText "${NAME} ${VERSION}"
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS Win10
AllowSkipFiles off
ShowInstDetails nevershow
ShowUninstDetails nevershow
VIProductVersion "${NUMBERS}"
VIFileVersion "${NUMBERS}"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME} installer"
VIAddVersionKey "CompanyName" "${PUBLISHER}"
VIAddVersionKey "LegalCopyright" "Copyright (c) ${PUBLISHER}"
!finalize '"${SIGN}" "%1"'
!uninstfinalize '"${SIGN}" "%1"'

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "WinVer.nsh"
!include "nsDialogs.nsh"
!include "scope.nsh"
!include "settings.nsh"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\${ID}.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Open ${NAME}"
!insertmacro MUI_PAGE_LICENSE "${PROGRAMS}/license.txt"
Page custom scopePage scopeChosen
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
UninstPage custom un.settingsPage un.settingsChosen
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Function .onInit
  SetRegView 64
  ${IfNot} ${AtLeastWin10}
    MessageBox MB_ICONSTOP "${NAME} needs Windows 10 or newer." /SD IDOK
    SetErrorLevel 64
    Quit
  ${EndIf}
  Call scopeFromCommandLine
FunctionEnd

# A running program cannot be replaced: the installer asks instead of failing half way.
!macro Closed un
  Function ${un}closed
    again:
    ${If} ${FileExists} "$INSTDIR\${ID}.exe"
      ClearErrors
      FileOpen $0 "$INSTDIR\${ID}.exe" a
      ${If} ${Errors}
        MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${NAME} is running. Close it, and try again." /SD IDCANCEL IDRETRY again
        SetErrorLevel 170
        Quit
      ${EndIf}
      FileClose $0
    ${EndIf}
  FunctionEnd
!macroend
!insertmacro Closed ""
!insertmacro Closed "un."

# The MSI uses the same folder as an installation for every user: two owners of one
# folder would remove each other's files.
Function noMSI
  ReadRegStr $0 HKLM "SOFTWARE\${NAME}\Installer" "msi"
  ${If} $0 != ""
  ${AndIf} $Everyone == 1
    MessageBox MB_ICONSTOP "${NAME} was installed for every user by its MSI. Uninstall that first: settings and sessions stay." /SD IDOK
    SetErrorLevel 1638
    Quit
  ${EndIf}
FunctionEnd

Section "-programs"
  Call noMSI
  Call closed
  SetOutPath "$INSTDIR"
  File "${PROGRAMS}/${ID}.exe"
  File "${PROGRAMS}/${ID}ctl.exe"
  File "${PROGRAMS}/license.txt"
  File "${PROGRAMS}/third-party-licences.txt"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\${ID}.exe" "" "$INSTDIR\${ID}.exe" 0 SW_SHOWNORMAL "" "Sign in, and stay signed in"

  # Paths are quoted wherever Windows runs them: C:\Program.exe must not be tried.
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayIcon" '"$INSTDIR\${ID}.exe",0'
  WriteRegStr SHCTX "${UNINSTALL}" "Publisher" "${PUBLISHER}"
  WriteRegStr SHCTX "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD SHCTX "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD SHCTX "${UNINSTALL}" "EstimatedSize" $0
SectionEnd

# WebView2 is part of Windows 11, and of most machines with Windows 10.
Section "-webview"
  ${GetParameters} $0
  ${GetOptions} $0 "/NOWEBVIEW" $1
  ${IfNot} ${Errors}
    Return
  ${EndIf}
  ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\${WEBVIEW}" "pv"
  ReadRegStr $1 HKCU "Software\${WEBVIEW}" "pv"
  ${If} "$0$1" != ""
    Return
  ${EndIf}
  DetailPrint "Installing Microsoft Edge WebView2"
  InitPluginsDir
  File "/oname=$PLUGINSDIR\webview2.exe" "${PROGRAMS}/MicrosoftEdgeWebview2Setup.exe"
  ClearErrors
  ExecWait '"$PLUGINSDIR\webview2.exe" /silent /install' $0
  ${If} ${Errors}
  ${OrIf} $0 != 0
    MessageBox MB_ICONINFORMATION "Microsoft Edge WebView2 could not be installed; without it the window does not open. ${NAME} offers it again when it starts." /SD IDOK
  ${EndIf}
SectionEnd

Function un.onInit
  SetRegView 64
  Call un.scopeOfInstallation
  Call un.settingsFromCommandLine
FunctionEnd

Section "Uninstall"
  Call un.closed
  Delete "$INSTDIR\${ID}.exe"
  Delete "$INSTDIR\${ID}ctl.exe"
  Delete "$INSTDIR\license.txt"
  Delete "$INSTDIR\third-party-licences.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR" # stays if it holds a file of someone else's
  Delete "$SMPROGRAMS\${NAME}.lnk"
  DeleteRegKey SHCTX "${UNINSTALL}"
  ${If} $RemoveSettings == 1
    Call un.removeSettings
  ${EndIf}
SectionEnd
