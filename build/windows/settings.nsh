# What the uninstaller removes beside the programs, when it is told to: all that
# Latchkey keeps for the person who runs it. Other users' settings stay.
Var RemoveSettings # 1: yes
Var RemoveSettingsBox

Function un.settingsFromCommandLine
  StrCpy $RemoveSettings 0
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/REMOVESETTINGS" $1
  ${IfNot} ${Errors}
    StrCpy $RemoveSettings 1
  ${EndIf}
FunctionEnd

Function un.settingsPage
  !insertmacro MUI_HEADER_TEXT "What is kept?" "Your settings and sessions can stay, for a later installation."
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateCheckBox} 0 10u 100% 12u "Remove my settings, sessions and logs too"
  Pop $RemoveSettingsBox
  ${NSD_CreateLabel} 0 30u 100% 30u "Sign out first if your sessions must end at the provider too: removing them here only forgets them."
  Pop $0
  nsDialogs::Show
FunctionEnd

Function un.settingsChosen
  ${NSD_GetState} $RemoveSettingsBox $RemoveSettings
FunctionEnd

Function un.removeSettings
  SetShellVarContext current
  RMDir /r "$APPDATA\${ID}"          # config.toml
  RMDir /r "$LOCALAPPDATA\${NAME}"   # vault, preferences, logs
  RMDir /r "$APPDATA\${ID}.exe"      # the webview's own
  # The vault's key, in the Credential Manager.
  System::Call 'advapi32::CredDeleteW(w "${ID}:${ID}:${ID} vault key", i 1, i 0) i .r0'
  Call un.scope
FunctionEnd
