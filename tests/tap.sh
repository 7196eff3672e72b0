# SPDX-License-Identifier: LGPL-2.1-or-later
#
# TAP for shell checks: sourced, never run
#
# A check is one sentence that holds or does not. What speaks against it, a line each, is printed
# below as diagnostics, so that a failure in a log needs no second run.

# The test environment names both trees; by hand the script's own place and ./build will do.
srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
builddir=${top_builddir:-$srcdir/build}

# One collation everywhere, or sort, comm and [a-z] depend on who runs them.
LC_ALL=C
export LC_ALL

tap_run=0
tap_failed=0

# tap_check SENTENCE OFFENDERS: holds if there are none.
tap_check()
{
    tap_run=$((tap_run + 1))
    if [ -z "$2" ]; then
        printf 'ok %d - %s\n' $tap_run "$1"
        return
    fi
    tap_failed=$((tap_failed + 1))
    printf 'not ok %d - %s\n' $tap_run "$1"
    printf '%s\n' "$2" | sed 's/^/#   /'
}

# tap_equal SENTENCE ACTUAL EXPECTED
tap_equal()
{
    if [ "$2" = "$3" ]; then
        tap_check "$1" ''
    else
        tap_check "$1" "expected: $3
     got: $2"
    fi
}

# tap_skip SENTENCE REASON
tap_skip()
{
    tap_run=$((tap_run + 1))
    printf 'ok %d - %s # SKIP %s\n' $tap_run "$1" "$2"
}

tap_note()
{
    printf '# %s\n' "$1"
}

# A plan at the end is as good as one at the start, and a script that dies before it has none.
tap_end()
{
    printf '1..%d\n' $tap_run
    [ $tap_failed -eq 0 ]
    exit
}
