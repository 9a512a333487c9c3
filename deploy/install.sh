#!/usr/bin/env bash
# Installs Synapse on a machine with systemd, upgrades it, and takes it away again.
# `install.sh --help` explains; docs/deployment.md has the whole story.
set -euo pipefail
umask 022
# That nobody reads any more what is said must not end an upgrade half-way.
trap '' PIPE

# DESTDIR moves the files and nothing else: it is for trying this script out.
readonly FOLDER="${DESTDIR:-}/opt/synapse"
readonly UNITS="${DESTDIR:-}/etc/systemd/system"
readonly CURRENT="$FOLDER/bin/synapse"
readonly PREVIOUS="$FOLDER/bin/synapse.previous"
# There while nodes are given another program, and if that was cut off: leads to COMMAND:RELEASE:BEFORE,
# which is all that is needed to go on from wherever it was cut off.
readonly UNFINISHED="$FOLDER/bin/unfinished"
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
                               does not become ready, or a signal comes, go back to the program
                               before. Goes on with an upgrade that was killed.
                               --migrate: also if the new program changes the journal's tables, after
                               which there is no way back but a backup.
  rollback                     Go back to the program before the last upgrade, and its units.
  run ARGUMENTS…               Run the program, such as `run backup --to FOLDER`, as the service does:
                               its user, its variables, and its folders.
  uninstall [--purge]          Stop the nodes and take away the program and the units.
                               --purge: also the user, and everything it has in /opt/synapse. Backups
                               in /var/lib/synapse stay.

  --node NAME                  With run: as the node synapse@NAME does.
  --dry-run                    Print what would be done, and do none of it.
TEXT
}

say() { printf '%s\n' "$*" || :; }

die() {
  printf 'install.sh: %s\n' "$*" >&2 || :
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

previous_release() { # the one before the current one, or nothing
  local release before
  IFS=: read -r _ release before <<<"$(readlink "$UNFINISHED")"
  # Only a switch that was cut off knows, if it came to this program.
  if [[ -n "$release" && "$release" == "$(release_of "$CURRENT")" ]]; then
    printf '%s' "$before"
  else
    release_of "$PREVIOUS"
  fi
}

# The nodes that run, also those that are started again and again.
units=()
find_units() {
  local list
  list="$(systemctl list-units --plain --no-legend --state=active,activating 'synapse.service' \
    'synapse@*.service' | awk '{ print $1 }')" || die "systemd does not tell which nodes run"
  units=()
  [[ -z "$list" ]] || mapfile -t units <<<"$list"
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

make_folder() { # MODE FOLDER
  [[ "$(stat --dereference --format=%a "$2" 2>/dev/null)" == "$1" ]] || run install -d -m "$1" "$2"
}

give() { # OWNER FOLDER
  [[ "$(stat --dereference --format=%U:%G "$2" 2>/dev/null)" == "$1" ]] || run chown "$1" "$2"
}

place_file() { # FROM TO
  cmp -s "$1" "$2" || run install -m 0644 "$1" "$2"
}

# The node may write to data and logs. It may read the rest, not change it.
make_folders() {
  local name
  for name in "" /bin /releases; do make_folder 755 "$FOLDER$name"; done
  for name in config skills data logs; do make_folder 750 "$FOLDER/$name"; done
  for name in config skills; do give root:synapse "$FOLDER/$name"; done
  for name in data logs; do give synapse:synapse "$FOLDER/$name"; done
  place_file "$SOURCE/config.example.yaml" "$FOLDER/config/config.example.yaml"
  # Theirs, once it is there.
  [[ -e "$FOLDER/config/synapse.env" ]] ||
    run install -m 0600 "$SOURCE/systemd/synapse.env.example" "$FOLDER/config/synapse.env"
}

place_units() { # RELEASE CHANGED: a program runs under the units that came with it
  local unit changed="$2" folder
  folder="$(units_of "$1")"
  # Before anything is done, in a dry run.
  [[ -d "$folder" ]] || folder="$SOURCE/systemd"
  [[ -d "$UNITS" ]] || run install -d -m 0755 "$UNITS"
  for unit in "${UNIT_FILES[@]}"; do
    cmp -s "$folder/$unit" "$UNITS/$unit" && continue
    run install -m 0644 "$folder/$unit" "$UNITS/$unit"
    changed=true
  done
  if "$changed"; then run systemctl daemon-reload; fi
}

place_release() { # PROGRAM RELEASE
  local unit
  make_folder 755 "$FOLDER/releases/$2"
  make_folder 755 "$(units_of "$2")"
  for unit in "${UNIT_FILES[@]}"; do
    place_file "$SOURCE/systemd/$unit" "$(units_of "$2")/$unit"
  done
  [[ -e "$(program_of "$2")" ]] && return
  # A half copy must not be taken for a program.
  run install -m 0755 "$1" "$(program_of "$2").new"
  run mv -T "$(program_of "$2").new" "$(program_of "$2")"
}

lead() { # LINK TARGET: in one step, so that it leads somewhere at any moment
  run ln -sfn "$2" "$1.new"
  run mv -T "$1.new" "$1"
}

point() { # LINK RELEASE
  [[ "$(release_of "$1")" == "$2" ]] || lead "$1" "../releases/$2/synapse"
}

remember() { # RELEASE, or nothing: as the one before
  if [[ -n "$1" ]]; then
    point "$PREVIOUS" "$1"
  elif [[ -L "$PREVIOUS" ]]; then
    run rm "$PREVIOUS"
  fi
}

# May end between any two lines. Done again, or with another release, it ends as if it had not.
exchange() { # COMMAND RELEASE BEFORE
  # What only the switch before this one knows, before that is written over.
  remember "$(previous_release)"
  lead "$UNFINISHED" "$1:$2:$3"
  # An exchange that was cut off may have placed units that systemd has not read.
  place_units "$2" true
  point "$CURRENT" "$2"
  remember "$3"
}

drop_releases_but() { # RELEASE…
  local folder release
  for folder in "$FOLDER"/releases/*/; do
    release="$(basename "$folder")"
    [[ " $* " == *" $release "* ]] || run rm -rf "$folder"
  done
}

drop_unused_releases() { # nodes that were not restarted may run another than these two
  [[ -L "$UNFINISHED" ]] || drop_releases_but "$(release_of "$CURRENT")" "$(release_of "$PREVIOUS")"
}

# ---- the nodes

as_service() { # PROGRAM UNIT ARGUMENTS…: with the user and the variables of that unit
  local program="$1" unit="$2" variables files file properties=()
  shift 2
  # As systemd sees them, with what drop-ins set.
  variables="$(systemctl show --property=Environment --value "$unit")" ||
    die "systemd does not tell the variables of $unit"
  files="$(systemctl show --property=EnvironmentFiles --value "$unit")" ||
    die "systemd does not tell the files with variables of $unit"
  # systemctl escapes these two as for a shell, which systemd-run does not understand.
  variables="${variables//\\\$/\$}"
  variables="${variables//\\\`/\`}"
  [[ -z "$variables" ]] || properties+=(-p "Environment=$variables")
  while read -r file; do
    case "$file" in
      *' (ignore_errors=yes)') properties+=(-p "EnvironmentFile=-${file% (*}") ;;
      *' (ignore_errors=no)') properties+=(-p "EnvironmentFile=${file% (*}") ;;
    esac
  done <<<"$files"
  run systemd-run --quiet --wait "${streams[@]}" --collect -p User=synapse -p Group=synapse \
    -p WorkingDirectory=/opt/synapse -p PrivateTmp=true -p UMask=0077 "${properties[@]}" "$program" "$@"
}

# Whether the program would run with the configuration and the journal of each node that runs. Sets
# `migrates` if it would change a journal's tables.
migrates=false
examine() { # RELEASE
  local program report unit
  find_units
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

is_ready() { # UNIT: by what the node tells systemd; of one that died the last that it said is kept
  local status
  [[ "$(systemctl show --property=ActiveState --value "$1")" == active ]] || return 1
  status="$(systemctl show --property=StatusText --value "$1")"
  [[ "$status" == "Ready "* || "$status" == "Degraded "* ]]
}

# Whether a signal came that asks for the end.
cut_off=false

becomes_ready() { # UNIT
  local attempt
  for ((attempt = 0; attempt < READY_ATTEMPTS; attempt++)); do
    is_ready "$1" && return
    "$cut_off" && return 1
    sleep 1
  done
  return 1
}

restart_node() { # UNIT: a start that is given up goes on until the next restart takes its place
  if "$migrates"; then
    run systemctl restart "$1"
  else
    # KILL, as on the way back no other signal would be heard.
    run timeout --foreground --signal=KILL "$RESTART_SECONDS" systemctl restart "$1"
  fi
}

restart_nodes() { # UNIT…: one by one, each ready before the next
  local unit
  for unit in "$@"; do
    "$cut_off" && return 1
    say "Restarting $unit"
    restart_node "$unit" || return 1
    "$dry_run" || becomes_ready "$unit" || return 1
  done
}

switch_to() { # RELEASE COMMAND
  local before earlier reason="a node was not ready with $1"
  find_units
  before="$(release_of "$CURRENT")"
  earlier="$(previous_release)"
  # Signals are heard between two steps only, and on the way back not at all.
  trap '' HUP INT TERM
  exchange "$2" "$1" "$before"
  trap 'cut_off=true' HUP INT TERM
  if restart_nodes "${units[@]}"; then
    run rm "$UNFINISHED"
    "$dry_run" || say "Now at $1, before at $before"
    return
  fi
  trap '' HUP INT TERM
  if "$cut_off"; then reason="the $2 to $1 was cut off"; fi
  cut_off=false
  "$migrates" && die "$reason, and its journal is no longer that of $before;" \
    "the same $2 again goes on"
  say "Going back to $before: $reason"
  exchange rollback "$before" "$earlier"
  restart_nodes "${units[@]}" || die "a node is not ready with $before either"
  run rm "$UNFINISHED"
  die "went back to $before: $reason"
}

go_on() { # COMMAND RELEASE BEFORE: after a switch that was cut off; which nodes have what is not known
  local hint=" either"
  if [[ "$1" == upgrade ]]; then hint=": rollback goes back"; fi
  find_units
  say "Going on to $2, as a switch was cut off"
  exchange "$@"
  restart_nodes "${units[@]}" || die "a node is not ready with $2$hint"
  run rm "$UNFINISHED"
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
  place_units "$release" false
  point "$CURRENT" "$release"
  "$dry_run" || say "Installed $release. Next: edit /opt/synapse/config/synapse.env, then" \
    "systemctl enable --now synapse synapse-backup.timer"
}

upgrade() { # PROGRAM ALLOWED
  local release before
  [[ -L "$CURRENT" ]] || die "nothing is installed: use install"
  release="$(release_name "$1")"
  before="$(release_of "$CURRENT")"
  if [[ "$before" == "$release" && ! -L "$UNFINISHED" ]]; then
    say "Already at $release"
    return
  fi
  # Also of an upgrade that is refused, fails or is cut off nothing stays.
  "$dry_run" || trap drop_unused_releases EXIT
  place_release "$1" "$release"
  examine "$release"
  "$migrates" && ! "$2" &&
    die "$release changes the journal's tables, and then there is no way back: make a backup," \
      "then use upgrade --migrate"
  if [[ "$before" == "$release" ]]; then
    go_on upgrade "$release" "$(previous_release)"
  else
    switch_to "$release" upgrade
    if "$dry_run"; then drop_releases_but "$release" "$before"; fi
  fi
}

rollback() {
  local command release before current
  IFS=: read -r command release before <<<"$(readlink "$UNFINISHED")"
  current="$(release_of "$CURRENT")"
  if [[ "$command" == upgrade && "$release" != "$current" ]]; then
    # It did not come to exchange the program.
    command=rollback release="$current" before="$(previous_release)"
  fi
  if [[ "$command" == rollback ]]; then
    examine "$release"
    go_on rollback "$release" "$before"
    return
  fi
  release="$(previous_release)"
  [[ -n "$release" ]] || die "there is no program from before"
  examine "$release"
  switch_to "$release" rollback
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
  as_service "$CURRENT" "$unit" "$@"
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
  # A dry run as well: nobody else sees what is in config/.
  [[ -n "${DESTDIR:-}" || "$EUID" == 0 ]] || die "run this as root"
  case "$command" in
    install) install_all "$program" ;;
    upgrade) upgrade "$program" "$migrate" ;;
    rollback) rollback ;;
    run) run_program "$node" "$@" ;;
    uninstall) uninstall "$purge" ;;
  esac
}

main "$@"
