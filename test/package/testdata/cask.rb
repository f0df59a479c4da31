# Reads a cask as Homebrew does, by running it, and prints what it says as JSON. A word that is no stanza of the cask
# language (docs.brew.sh/Cask-Cookbook) ends it.
require "json"
class Cask
  STANZAS = %i[
    app arch artifact audio_unit_plugin auto_updates binary caveats colorpicker conflicts_with container depends_on
    deprecate! desc dictionary disable! font homepage input_method installer internet_plugin keyboard_layout language
    livecheck manpage name no_autobump! pkg postflight preflight prefpane qlplugin rename screen_saver service sha256
    stage_only suite uninstall url version vst3_plugin vst_plugin zap
  ].freeze
  def initialize(token) = @said = { token: token }
  attr_reader :said
  def appdir = "/Applications"
  STANZAS.each { |stanza| define_method(stanza) { |*words| (@said[stanza] ||= []).concat(words) } }
end
def cask(token, &block)
  read = Cask.new(token)
  read.instance_eval(&block)
  puts JSON.generate(read.said)
end
load ARGV.fetch(0)
