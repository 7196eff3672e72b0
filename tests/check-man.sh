#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every program has a page, and page and --help name the same options
#
# The make file says which programs and pages there are.

. "$(dirname "$0")/tap.sh"

cd "$srcdir" || exit 99
pages=${MANS:-$(find doc -name '*.[1-9]')}
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT

# Of the help of PROGRAM: all that stands before a description, "-x, --long=ARG", cut into words.
# A program with commands lists them under "Commands:", and each has a help of its own.
options_of_help()
{
    "$1" --help-all > "$scratch/help" 2> /dev/null || "$1" --help > "$scratch/help" || return
    commands=$(awk '/^Commands:/ { on = 1; next } !/^ / { on = 0 } on { print $1 }' "$scratch/help")
    for command in $commands; do
        "$1" "$command" --help >> "$scratch/help" || return
    done
    sed -n 's/^ *\(-[a-zA-Z0-9], \)\{0,1\}\(--[a-z0-9-]*\).*/\1\2/p' "$scratch/help" |
        tr -d ' ' | tr ',' '\n' | sort -u
}

# Of the tagged lists of a PAGE: ".It Fl v , Fl -verbose" gives -v and --verbose.
options_of_page()
{
    awk '/^\.It / { for (i = 2; i < NF; i++) if ($i == "Fl") print "-" $(i + 1) }' "$1" | sort -u
}

for program in ${PROGRAMS-}; do
    name=$(basename "$program")
    page=$(printf '%s\n' $pages | sed -n "\\,/$name\\.[1-9]\$,p")
    if [ -z "$page" ]; then
        tap_check "$name has a page" "no doc/$name.[1-9] in the list of man pages"
        continue
    fi
    tap_check "$name can tell its options" "$(
        options_of_help "$builddir/$program" > "$scratch/in-help" && [ -s "$scratch/in-help" ] ||
            echo "$builddir/$program --help"
    )"
    page=${page#"$srcdir/"}
    options_of_page "$page" > "$scratch/in-page"
    tap_check "$page and $name --help name the same options" "$(
        comm -23 "$scratch/in-help" "$scratch/in-page" | sed 's/$/ is only in --help/'
        comm -13 "$scratch/in-help" "$scratch/in-page" | sed 's/$/ is only in the page/'
    )"
done

for page in $pages; do
    page=${page#"$srcdir/"}
    if [ -n "${MANDOC:=$(command -v mandoc)}" ]; then
        tap_check "$page is sound mdoc" "$("$MANDOC" -T lint -W warning "$page" 2>&1)"
    else
        tap_skip "$page is sound mdoc" 'mandoc is not installed'
    fi
done

[ $tap_run -gt 0 ] || tap_skip 'programs and pages agree' 'there are none yet'
tap_end
