#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every C file is as clang-format would write it
#
# Another major version formats differently, so only the one the tree was written with may judge.

. "$(dirname "$0")/tap.sh"

version=14
sentence="every C file is as clang-format $version writes it"

formatter=${CLANG_FORMAT:-$(command -v clang-format)}
if [ -z "$formatter" ]; then
    tap_skip "$sentence" 'clang-format is not installed'
elif ! "$formatter" --version | grep -q "version $version\."; then
    tap_skip "$sentence" "this is $("$formatter" --version)"
else
    cd "$srcdir" || exit 99
    tap_check "$sentence" "$(
        find src tools tests -name '*.[ch]' | sort |
            xargs "$formatter" --style=file --dry-run --Werror 2>&1 |
            grep -E '^[^ ]+: (error|warning)'
    )"
fi

tap_end
