#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Path is name, and small by budget
#
# Who knows a function's name knows its file, and who opens a file can read it in one sitting.

. "$(dirname "$0")/tap.sh"

# Lines beyond which a file or a function is looked at twice, and beyond which it does not pass.
file_twice=500
file_most=600
function_twice=60
function_most=80

# src/<folder>/<file>.c defines np_<folder>_<file>_*, or np_<folder>_* for the folder's dominant
# type. In these folders the file alone is the name: np_address_*, np_outbox_*, np_verdict_*,
# np_document_*.
short_folders='util core nat report'

# What stands where no name would lead to it: PATH PREFIX.
elsewhere='
src/core/outbox.c np_action_
src/core/outbox.c np_why_
src/report/document.c np_block_
src/report/document.c np_check_outcome_
'

# Folders in which each source file has a unit test of its own.
tested='util core stun nat probe punch rendezvous path sim'

cd "$srcdir" || exit 99

sources=$(find src tools tests -name '*.[ch]' | sort)
scripts=$(find tests quickstart -type f \( -name '*.sh' -o -name quickstart \) | sort)

# "FILE NAME LINES LINE" for each function; "static NAME" for the static ones. The formatter puts
# the name of a definition, and nothing else, at the start of a line below its type.
functions=$(printf '%s\n' "$sources" | grep '\.c$' | xargs awk '
    /^[a-z_][a-z0-9_]*\(/ && before ~ /^[A-Za-z_]/ && before !~ /[;:,]$/ {
        name = $0; sub(/\(.*/, "", name)
        kind = before ~ /^static / ? "static" : "public"
        start = FNR - 1
    }
    /;$/ && name != "" && !body { name = "" }
    /^\{/ { body = 1 }
    /^\}/ { if (name != "") print FILENAME, name, FNR - start + 1, start, kind; name = ""; body = 0 }
    { before = $0 }')

tap_check 'files start with their licence' "$(
    for file in $sources; do
        head -n 1 "$file" | grep -qx '/\* SPDX-License-Identifier: LGPL-2.1-or-later \*/' ||
            echo "$file"
    done
    for file in $scripts; do
        head -n 2 "$file" | grep -qx '# SPDX-License-Identifier: LGPL-2.1-or-later' || echo "$file"
    done
)"

tap_check 'headers are guarded by #pragma once in their second line' "$(
    for file in $sources; do
        case $file in
        *.h) [ "$(sed -n 2p "$file")" = '#pragma once' ] || echo "$file" ;;
        esac
    done
)"

tap_check 'files are named after a thing' "$(
    printf '%s\n' "$sources" |
        grep -E '/(util|misc|common|various)[^/]*\.[ch]$|-(utils?|helpers?|common|[0-9]+)\.[ch]$|[A-Z_]'
)"

tap_check 'public functions bear the name of their path' "$(
    printf '%s\n' "$functions" | awk -v short="$short_folders" -v elsewhere="$elsewhere" \
        -v sources="$sources" '
        function starts(name, prefix) { return index(name, prefix) == 1 }
        # The name alone, as of a constructor by value, or what begins with it.
        function named(name, path) { return name == path || starts(name, path "_") }
        BEGIN {
            n = split(short, item, " "); for (i = 1; i <= n; i++) is_short[item[i]] = 1
            n = split(elsewhere, item, "\n"); for (i = 1; i <= n; i++) exempt[item[i]] = 1
            n = split(sources, item, "\n"); for (i = 1; i <= n; i++) exists[item[i]] = 1
        }
        $1 !~ /^src\// || $5 == "static" { next }
        {
            split($1, path, "/"); folder = path[2]
            file = $1; sub(/^.*\//, "", file); sub(/\.c$/, "", file); gsub(/-/, "_", file)
            if (named($2, "np_" folder "_" file)) next
            if (folder in is_short && named($2, "np_" file)) next
            for (entry in exempt) {
                split(entry, part, " ")
                if (part[1] == $1 && starts($2, part[2])) next
            }
            # The dominant type drops the part, unless that makes it the name of a neighbour.
            if (starts($2, "np_" folder "_")) {
                rest = substr($2, length("np_" folder "_") + 1); taken = 0
                for (other in exists)
                    if (starts(other, "src/" folder "/") && other ~ /\.c$/) {
                        sub(/^.*\//, "", other); sub(/\.c$/, "", other); gsub(/-/, "_", other)
                        if (other != file && starts(rest, other "_")) taken = 1
                    }
                if (!taken) next
            }
            print $1 ":" $4 ": " $2
        }'
)"

# A reader who has the header open finds the definitions in the same order below.
tap_check 'public functions stand in the order of their header' "$(
    for file in $sources; do
        case $file in
        src/*.c) ;;
        *) continue ;;
        esac
        [ -e "${file%.c}.h" ] || continue
        printf '%s\n' "$functions" | awk -v file="$file" '
            FNR == NR { if ($1 == file && $5 == "public") at[$2] = $4; next }
            # The first mention that looks like a declaration: a name before its parenthesis.
            match($0, /np_[a-z0-9_]+\(/) && $0 !~ /^[ *\/#]/ {
                name = substr($0, RSTART, RLENGTH - 1)
                if (!(name in at)) next
                if (at[name] < last) print file ":" at[name] ": " name
                last = at[name]
                delete at[name]
            }' - "${file%.c}.h"
    done
)"

tap_check "no file is longer than $file_most lines" "$(
    for file in $sources; do
        lines=$(wc -l < "$file")
        [ "$lines" -le $file_most ] || echo "$file: $lines"
    done
)"
for file in $sources; do
    lines=$(wc -l < "$file")
    [ "$lines" -le $file_twice ] || tap_note "look twice: $file has $lines lines"
done

tap_check "no function is longer than $function_most lines" "$(
    printf '%s\n' "$functions" | awk -v most=$function_most '$3 > most { print $1 ":" $4 ": " $2 ": " $3 }'
)"
printf '%s\n' "$functions" | awk -v twice=$function_twice '
    $3 > twice { print "# look twice: " $2 " in " $1 " has " $3 " lines" }'

# tests/test-stun-message.c, or several: tests/test-stun-message-rfc5769.c.
tap_check 'every pure source file has its unit test' "$(
    for folder in $tested; do
        for file in src/"$folder"/*.c; do
            [ -e "$file" ] || continue
            part=$(basename "$file" .c)
            found=$(find tests -name "test-$folder-$part.c" -o -name "test-$folder-$part-*.c")
            [ -n "$found" ] || echo "$file"
        done
    done
)"

# A test that no list names passes for ever.
tap_check 'every unit test is in the list of programs' "$(
    for file in $(find tests -name 'test-*.c'); do
        grep -q "^check_PROGRAMS += %D%/$(expr "$file" : 'tests/\(.*\)\.c')\$" tests/local.mk ||
            echo "$file"
    done
)"

# The pattern is put together so that this file does not match itself.
unfinished='TO''DO|\bXX''X\b|FIX''ME|HA''CK|[Ff]or n''ow\b|not (yet )?implem''ented|place''holder|lorem ip''sum'
tap_check 'nothing says of itself that it is unfinished' "$(
    find src tools tests doc README.md configure.ac Makefile.am quickstart -type f \
        ! -path 'tests/fuzz/corpus/*' ! -name '*.log' ! -name '*.trs' | sort | xargs grep -nIE "$unfinished"
)"

tap_end
