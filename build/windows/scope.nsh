# For whom Latchkey is installed: the person alone, which needs no administrator,
# or every user of the machine.
Var Everyone # 1: every user
Var EveryoneButton

# scope sets where things go.
!macro Scope un
  Function ${un}scope
    ${If} $Everyone == 1
      SetShellVarContext all
    ${Else}
      SetShellVarContext current
    ${EndIf}
  FunctionEnd
!macroend
!insertmacro Scope ""
!insertmacro Scope "un."

# folder proposes where to install to: where it is, else the usual place.
Function folder
  ReadRegStr $0 SHCTX "${UNINSTALL}" "InstallLocation"
  ${If} $0 != ""
    StrCpy $INSTDIR $0
  ${ElseIf} $Everyone == 1
    StrCpy $INSTDIR "$PROGRAMFILES64\${NAME}"
  ${Else}
    StrCpy $INSTDIR "$LOCALAPPDATA\Programs\${NAME}"
  ${EndIf}
FunctionEnd

Function scopeFromCommandLine
  StrCpy $Everyone 0
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/ALLUSERS" $1
  ${IfNot} ${Errors}
    UserInfo::GetAccountType
    Pop $1
    ${If} $1 != "Admin"
      MessageBox MB_ICONSTOP "To install ${NAME} for every user, an administrator must run this." /SD IDOK
      SetErrorLevel 740
      Quit
    ${EndIf}
    StrCpy $Everyone 1
  ${EndIf}
  Call scope
  ${If} $INSTDIR == "" # no /D=
    Call folder
  ${EndIf}
FunctionEnd

Function scopePage
  !insertmacro MUI_HEADER_TEXT "For whom?" "${NAME} can be installed for you, or for every user of this computer."
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateRadioButton} 0 10u 100% 12u "For me alone"
  Pop $0
  ${NSD_CreateRadioButton} 0 28u 100% 12u "For every user (an administrator is asked)"
  Pop $EveryoneButton
  ${If} $Everyone == 1
    ${NSD_Check} $EveryoneButton
  ${Else}
    ${NSD_Check} $0
  ${EndIf}
  nsDialogs::Show
FunctionEnd

# scopeChosen starts this installer again, as an administrator, where that is
# what the choice needs.
Function scopeChosen
  StrCpy $1 $Everyone
  ${NSD_GetState} $EveryoneButton $Everyone
  ${If} $Everyone == 1
    UserInfo::GetAccountType
    Pop $0
    ${If} $0 != "Admin"
      ClearErrors
      ExecShell "runas" "$EXEPATH" "/ALLUSERS"
      ${If} ${Errors} # the person said no
        StrCpy $Everyone 0
        Abort
      ${EndIf}
      Quit
    ${EndIf}
  ${EndIf}
  ${If} $1 != $Everyone
    Call scope
    Call folder
  ${EndIf}
FunctionEnd

# scopeOfInstallation finds out for whom this installation is; if for every user,
# the uninstaller starts again as an administrator.
Function un.scopeOfInstallation
  StrCpy $Everyone 0
  ReadRegStr $0 HKLM "${UNINSTALL}" "InstallLocation"
  ${If} $0 == $INSTDIR
    StrCpy $Everyone 1
    UserInfo::GetAccountType
    Pop $0
    ${If} $0 != "Admin"
      ${If} ${Silent}
        SetErrorLevel 740
        Quit
      ${EndIf}
      ExecShell "runas" "$INSTDIR\uninstall.exe"
      Quit
    ${EndIf}
  ${EndIf}
  Call un.scope
FunctionEnd
