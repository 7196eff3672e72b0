#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Folders are layers: who may include whom
#
# A new edge is an architectural decision. Change the list here, and say why in the commit.

. "$(dirname "$0")/tap.sh"

# FOLDER: the folders of src/ that it may include beside itself.
edges='
util:
core:       util
stun:       core util
nat:        core util
probe:      stun nat core util
punch:      stun nat core util
rendezvous: stun nat core util
path:       stun core util
sim:        nat core util
wire:       rendezvous nat core util
report:     probe punch sim nat core util
io:         report wire sim path rendezvous punch probe nat stun core util
lab:        io sim nat stun core util
ice:        io report wire sim path rendezvous punch probe nat stun core util
server:     io report wire sim path rendezvous punch probe nat stun core util
lab:        nat core util
'

# Folders whose objects make up the pure archives, and the headers from outside that they may read:
# none that declares a socket, a clock or a file. (arpa/inet.h: for inet_pton and inet_ntop.)
pure='util core stun nat probe punch rendezvous path sim'
pure_headers='glib.h arpa/inet.h errno.h limits.h math.h stdarg.h stddef.h stdint.h stdio.h
stdlib.h string.h'

cd "$srcdir" || exit 99
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT

# "FILE:LINE INCLUDED" for each include of the form, "quoted" or <angled>.
includes()
{
    find src tools tests -name '*.[ch]' | sort | xargs awk -v form="$1" '
        /^[ \t]*#[ \t]*include/ {
            if (form == "quoted" ? split($0, part, "\"") < 3 : split($0, part, /[<>]/) < 3) next
            print FILENAME ":" FNR, part[2]
        }'
}

quoted=$(includes quoted)
angled=$(includes angled)

# From src/ in full; a test or tool may name a neighbour of its own folder.
tap_check 'includes are written from src/' "$(
    printf '%s\n' "$quoted" | while read -r where what; do
        folder=$(dirname "${where%%:*}")
        case $folder in
        src/*) [ "$what" = config.h ] || [ -e "src/$what" ] || echo "$where: \"$what\"" ;;
        *) [ "$what" = config.h ] || [ -e "src/$what" ] || [ -e "$folder/$what" ] ||
            [ -e "tests/$what" ] || echo "$where: \"$what\"" ;;
        esac
    done
)"

tap_check 'every folder of src has its line in the list' "$(
    find src -mindepth 1 -type d | cut -d/ -f2 | sort -u | while read -r folder; do
        printf '%s\n' "$edges" | grep -q "^$folder:" || echo "src/$folder"
    done
)"

tap_check 'doc/architecture.md describes the folders that there are' "$(
    find src -mindepth 1 -type d | cut -d/ -f1,2 | sort -u > "$scratch/there"
    sed -n 's/^| `\(src\/[a-z]*\)`.*/\1/p' doc/architecture.md | sort > "$scratch/described"
    comm -23 "$scratch/there" "$scratch/described" | sed 's/$/ is not described/'
    comm -13 "$scratch/there" "$scratch/described" | sed 's/$/ is not there/'
)"

tap_check 'folders include only what lies below them' "$(
    printf '%s\n' "$quoted" | awk -v edges="$edges" '
        BEGIN {
            n = split(edges, line, "\n")
            for (i = 1; i <= n; i++) {
                m = split(line[i], folder, /[: ]+/)
                for (j = 1; j <= m; j++) allowed[folder[1], folder[j]] = 1
            }
        }
        $1 ~ /^src\/[^\/]*\// && $2 ~ /\// {
            split($1, from, "/"); split($2, to, "/")
            if (!((from[2], to[1]) in allowed))
                print $1 ": " from[2] " must not include \"" $2 "\""
        }'
)"

tap_check 'pure folders read no header of the world outside' "$(
    printf '%s\n' "$angled" | awk -v pure="$pure" -v headers="$pure_headers" '
        BEGIN {
            n = split(pure, item, /[ \n]+/); for (i = 1; i <= n; i++) is_pure[item[i]] = 1
            n = split(headers, item, /[ \n]+/); for (i = 1; i <= n; i++) is_known[item[i]] = 1
        }
        {
            split($1, from, "/")
            if (from[1] == "src" && (from[2] in is_pure) && !($2 in is_known))
                print $1 ": <" $2 ">"
        }'
)"

# tests/test-stun-message.c may look into stun/message-private.h; nobody else outside may.
tap_check 'private headers stay in their folder and its tests' "$(
    printf '%s\n' "$quoted" | grep -e '-private\.h$' | while read -r where what; do
        owner=${what%%/*}
        case $where in
        src/"$owner"/* | tests/*-"$owner"-*) ;;
        *) echo "$where: \"$what\"" ;;
        esac
    done
)"

tap_end
