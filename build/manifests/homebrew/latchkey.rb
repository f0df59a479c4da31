cask "latchkey" do
  version "@VERSION@"
  sha256 "@SHA256:latchkey-@VERSION@-macos.dmg@"

  url "@URL@/latchkey-@VERSION@-macos.dmg"
  name "Latchkey"
  desc "Sign in once, in your own browser, and stay signed in"
  homepage "@HOMEPAGE@"

  app "Latchkey.app"
  binary "#{appdir}/Latchkey.app/Contents/MacOS/latchkeyctl"

  zap trash: [
    "~/Library/Application Support/Latchkey",
    "~/Library/LaunchAgents/app.latchkey.latchkey.plist",
  ]
end
