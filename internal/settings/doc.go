// Package settings turns settings into one [Settings], with the provider in it.
//
// Settings come from seven places; a later one wins: built-in defaults, the
// team's baked-in file, config.toml, preferences.toml (what the settings screen
// writes), the environment (LATCHKEY_*), flags, and the administrator's policy,
// which locks what it sets: policy.toml, and what package managed reads of the
// system's own channel. Development builds read a .env file too, below the
// environment. An unknown key, a wrong type, a value that cannot work and a
// combination that contradicts itself are errors that name the file, the line and
// the key, all of them at once.
//
// It reads its files and writes preferences.toml alone. It uses no network: that a
// provider exists at the issuer is for others to find out.
package settings
