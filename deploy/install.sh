#!/usr/bin/env bash
# Installs Synapse on a machine with systemd, upgrades it, and takes it away again.
# `install.sh --help` explains; docs/deployment.md has the whole story.
set -euo pipefail
umask 022

# DESTDIR moves the files and nothing else: it is for trying this script out.
readonly FOLDER="${DESTDIR:-}/opt/synapse"
readonly UNITS="${DESTDIR:-}/etc/systemd/system"
readonly CURRENT="$FOLDER/bin/synapse"
readonly PREVIOUS="$FOLDER/bin/synapse.previous"
SOURCE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
readonly UNIT_FILES=(synapse.service synapse@.service synapse-backup.service synapse-backup.timer)
# Once a second, until a node that was restarted is ready.
readonly READY_ATTEMPTS="${READY_ATTEMPTS:-60}"
# For a node to hand over and the next to start. One that may change the journal's tables has the time
# that its unit gives it.
readonly RESTART_SECONDS="${RESTART_SECONDS:-180}"

dry_run=false
# What the program's input and output are.
streams=(--pipe)

usage() {
  cat <<'TEXT'
Usage: install.sh [--dry-run] COMMAND
       install.sh [--node NAME] run ARGUMENTS…

  install PROGRAM              Make the user, the folders and the units, and put the program in place.
                               Starts nothing. Does no harm when done again.
  upgrade PROGRAM [--migrate]  Put another program in place and restart the nodes one by one; if one
                               does not become ready, go back to the program before.
                               --migrate: also if the new program changes the journal's tables, after
                               which there is no way back but a backup.
  rollback                     Go back to the program before the last upgrade, and its units.
  run ARGUMENTS…               Run the program, such as `run backup --to FOLDER`, as the service does:
                               its user, /opt/synapse/config/synapse.env, and its folders.
  uninstall [--purge]          Stop the nodes and take away the program and the units.
                               --purge: also the user, and everything it has in /opt/synapse. Backups
                               in /var/lib/synapse stay.

  --node NAME                  With run: of the node synapse@NAME, config/NAME.env as well.
  --dry-run                    Print what would be done, and do none of it.
TEXT
}

say() { printf '%s\n' "$*"; }

die() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

misused() {
  printf 'install.sh: %s\n\n' "$1" >&2
  usage >&2
  exit 2
}

# Everything that changes the machine goes through here.
run() {
  if "$dry_run"; then
    say "would run: $*"
  else
    "$@"
  fi
}

# ---- what is there

release_of() { # LINK: the release it leads to, or nothing
  if [[ -L "$1" ]]; then basename "$(dirname "$(readlink "$1")")"; fi
}

program_of() { printf '%s/releases/%s/synapse' "$FOLDER" "$1"; }
units_of() { printf '%s/releases/%s/systemd' "$FOLDER" "$1"; }
running_units() { # also those that are started again and again
  systemctl list-units --plain --no-legend --state=active,activating 'synapse.service' \
    'synapse@*.service' | awk '{ print $1 }'
}

release_name() { # PROGRAM: its version and the beginning of its checksum
  local version checksum
  [[ -x "$1" && -f "$1" ]] || die "$1 is no program"
  version="$("$1" version --json | sed -n 's/^.*"version": *"\([^"]*\)".*$/\1/p')"
  [[ "$version" =~ ^[0-9A-Za-z.+-]+$ ]] || die "$1 does not tell its version: is it Synapse?"
  checksum="$(sha256sum "$1")"
  printf '%s-%s' "$version" "${checksum:0:12}"
}

# ---- the parts of an installation

make_user() {
  getent passwd synapse >/dev/null && return
  run useradd --system --user-group --home-dir /opt/synapse --no-create-home \
    --shell /usr/sbin/nologin synapse
}

make_folder() { # NAME MODE OWNER
  run install -d -m "$2" "$FOLDER/$1"
  run chown "$3" "$FOLDER/$1"
}

# The node may write to data and logs. It may read the rest, not change it.
make_folders() {
  run install -d -m 0755 "$FOLDER" "$FOLDER/bin" "$FOLDER/releases"
  make_folder config 0750 root:synapse
  make_folder skills 0750 root:synapse
  make_folder data 0750 synapse:synapse
  make_folder logs 0750 synapse:synapse
  run install -m 0644 "$SOURCE/config.example.yaml" "$FOLDER/config/config.example.yaml"
  # Theirs, once it is there.
  [[ -e "$FOLDER/config/synapse.env" ]] ||
    run install -m 0600 "$SOURCE/systemd/synapse.env.example" "$FOLDER/config/synapse.env"
}

place_units() { # RELEASE: a program runs under the units that came with it
  local unit changed=false units
  units="$(units_of "$1")"
  # Before anything is done, in a dry run.
  [[ -d "$units" ]] || units="$SOURCE/systemd"
  run install -d -m 0755 "$UNITS"
  for unit in "${UNIT_FILES[@]}"; do
    cmp -s "$units/$unit" "$UNITS/$unit" && continue
    run install -m 0644 "$units/$unit" "$UNITS/$unit"
    changed=true
  done
  if "$changed"; then run systemctl daemon-reload; fi
}

place_release() { # PROGRAM RELEASE
  local unit
  run install -d -m 0755 "$FOLDER/releases/$2" "$(units_of "$2")"
  for unit in "${UNIT_FILES[@]}"; do
    cmp -s "$SOURCE/systemd/$unit" "$(units_of "$2")/$unit" ||
      run install -m 0644 "$SOURCE/systemd/$unit" "$(units_of "$2")/$unit"
  done
  [[ -e "$(program_of "$2")" ]] && return
  # A half copy must not be taken for a program.
  run install -m 0755 "$1" "$(program_of "$2").new"
  run mv -T "$(program_of "$2").new" "$(program_of "$2")"
}

point() { # LINK RELEASE: in one step, so that there is a program at any moment
  run ln -sfn "../releases/$2/synapse" "$1.new"
  run mv -T "$1.new" "$1"
}

make_current() { # RELEASE
  place_units "$1"
  point "$CURRENT" "$1"
}

drop_old_releases() {
  local folder release
  for folder in "$FOLDER"/releases/*/; do
    release="$(basename "$folder")"
    [[ "$release" == "$(release_of "$CURRENT")" || "$release" == "$(release_of "$PREVIOUS")" ]] ||
      run rm -rf "$folder"
  done
}

# ---- the nodes

as_service() { # PROGRAM UNIT ARGUMENTS…: with the user and the variables of that unit
  local program="$1" unit="$2" instance
  local files=(-p "EnvironmentFile=-/opt/synapse/config/synapse.env")
  shift 2
  if [[ "$unit" == synapse@*.service ]]; then
    instance="${unit#synapse@}"
    files+=(-p "EnvironmentFile=-/opt/synapse/config/${instance%.service}.env")
  fi
  systemd-run --quiet --wait "${streams[@]}" --collect -p User=synapse -p Group=synapse \
    -p WorkingDirectory=/opt/synapse -p PrivateTmp=true -p UMask=0077 -p Environment=DENO_DIR=/tmp \
    -p Environment=SYNAPSE_DATA_DIR=/opt/synapse/data \
    -p Environment=SYNAPSE_SKILLS_DIR=/opt/synapse/skills "${files[@]}" "$program" "$@"
}

# Whether the program would run with the configuration and the journal of each node that runs. Sets
# `migrates` if it would change a journal's tables.
migrates=false
examine() { # RELEASE
  local program report unit units
  mapfile -t units < <(running_units)
  program="$(program_of "$1")"
  for unit in "${units[@]:-synapse.service}"; do
    if "$dry_run"; then say "would ask $1 about $unit" && continue; fi
    as_service "$program" "$unit" config check >/dev/null ||
      die "$1 refuses the configuration of $unit; the nodes were left alone"
    report="$(as_service "$program" "$unit" migrate --check --json)" && continue
    [[ "$report" == *'"missing"'* ]] ||
      die "$1 cannot use the journal of $unit; the nodes were left alone"
    migrates=true
  done
}

becomes_ready() { # UNIT
  local attempt
  for ((attempt = 0; attempt < READY_ATTEMPTS; attempt++)); do
    as_service "$CURRENT" "$1" health --ready >/dev/null 2>&1 && return
    sleep 1
  done
  return 1
}

restart_node() { # UNIT: a start that is given up goes on until the next restart takes its place
  if "$migrates"; then
    run systemctl restart "$1"
  else
    run timeout --foreground "$RESTART_SECONDS" systemctl restart "$1"
  fi
}

restart_nodes() { # UNIT…: one by one, each ready before the next
  local unit
  for unit in "$@"; do
    say "Restarting $unit"
    restart_node "$unit" || return 1
    "$dry_run" || becomes_ready "$unit" || return 1
  done
}

switch_to() { # RELEASE
  local before earlier units
  mapfile -t units < <(running_units)
  before="$(release_of "$CURRENT")"
  earlier="$(release_of "$PREVIOUS")"
  point "$PREVIOUS" "$before"
  make_current "$1"
  if restart_nodes "${units[@]}"; then
    "$dry_run" || say "Now at $1, before at $before"
    return
  fi
  "$migrates" && die "a node is not ready with $1, and its journal is no longer that of $before"
  say "A node is not ready with $1: going back to $before"
  make_current "$before"
  if [[ -n "$earlier" ]]; then point "$PREVIOUS" "$earlier"; else run rm "$PREVIOUS"; fi
  restart_nodes "${units[@]}" || die "a node is not ready with $before either"
  die "went back to $before: a node was not ready with $1"
}

# ---- the commands

install_all() { # PROGRAM
  local release
  release="$(release_name "$1")"
  [[ ! -L "$CURRENT" || "$(release_of "$CURRENT")" == "$release" ]] ||
    die "$(release_of "$CURRENT") is installed already: use upgrade"
  make_user
  make_folders
  place_release "$1" "$release"
  make_current "$release"
  "$dry_run" || say "Installed $release. Next: edit /opt/synapse/config/synapse.env, then" \
    "systemctl enable --now synapse synapse-backup.timer"
}

upgrade() { # PROGRAM ALLOWED
  local release
  [[ -L "$CURRENT" ]] || die "nothing is installed: use install"
  release="$(release_name "$1")"
  if [[ "$(release_of "$CURRENT")" == "$release" ]]; then
    say "Already at $release"
    return
  fi
  place_release "$1" "$release"
  examine "$release"
  "$migrates" && ! "$2" &&
    die "$release changes the journal's tables, and then there is no way back: make a backup," \
      "then use upgrade --migrate"
  switch_to "$release"
  drop_old_releases
}

rollback() {
  local release
  release="$(release_of "$PREVIOUS")"
  [[ -n "$release" ]] || die "there is no program from before"
  examine "$release"
  switch_to "$release"
}

run_program() { # NODE ARGUMENTS…
  local unit=synapse.service
  [[ -L "$CURRENT" ]] || die "nothing is installed: use install"
  if [[ -n "$1" ]]; then
    unit="synapse@$1.service"
    [[ -e "$FOLDER/config/$1.env" ]] || die "there is no node $1: /opt/synapse/config/$1.env is missing"
  fi
  shift
  # The first where there is a terminal, else the second.
  streams=(--pty --pipe)
  run as_service "$CURRENT" "$unit" "$@"
}

uninstall() { # PURGE
  local unit present=()
  for unit in "${UNIT_FILES[@]}"; do
    if [[ -e "$UNITS/$unit" ]]; then present+=("$unit"); fi
  done
  if [[ "${#present[@]}" -gt 0 ]]; then
    # The nodes of the template are stopped by a pattern; it is itself what all of them are disabled by.
    run systemctl stop "${present[@]/@./@*.}"
    run systemctl disable "${present[@]}"
    run rm "${present[@]/#/$UNITS/}"
    run systemctl daemon-reload
  fi
  run rm -rf "$FOLDER/bin" "$FOLDER/releases"
  "$1" || return 0 # what the node had stays
  run rm -rf "$FOLDER"
  if getent passwd synapse >/dev/null; then run userdel synapse; fi
}

main() {
  local command="" program="" migrate=false purge=false node="" word
  while [[ $# -gt 0 && "$command" != run ]]; do
    word="$1"
    shift
    case "$word" in
      --help | -h) usage && exit ;;
      --dry-run) dry_run=true ;;
      --migrate) migrate=true ;;
      --purge) purge=true ;;
      --node)
        [[ -n "${1-}" ]] || misused "--node which?"
        node="$1"
        shift
        ;;
      -*) misused "there is no option $word" ;;
      *)
        [[ -z "$program" ]] || misused "$word is one word too many"
        if [[ -z "$command" ]]; then command="$word"; else program="$word"; fi
        ;;
    esac
  done
  [[ -n "$command" ]] || misused "which command?"
  "$migrate" && [[ "$command" != upgrade ]] && misused "--migrate belongs to upgrade"
  "$purge" && [[ "$command" != uninstall ]] && misused "--purge belongs to uninstall"
  [[ -n "$node" && "$command" != run ]] && misused "--node belongs to run"
  case "$command" in
    install | upgrade) [[ -n "$program" ]] || misused "$command which program?" ;;
    rollback | uninstall) [[ -z "$program" ]] || misused "$program is one word too many" ;;
    run) [[ $# -gt 0 ]] || misused "run the program with which arguments?" ;;
    *) misused "there is no command $command" ;;
  esac
  [[ -n "${DESTDIR:-}" || "$EUID" == 0 ]] || "$dry_run" || die "run this as root"
  case "$command" in
    install) install_all "$program" ;;
    upgrade) upgrade "$program" "$migrate" ;;
    rollback) rollback ;;
    run) run_program "$node" "$@" ;;
    uninstall) uninstall "$purge" ;;
  esac
}

main "$@"
