# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What lab tests share: sourced, never run
#
# A lab needs network namespaces. Where none can be made at all the tests are skipped; where they
# can, natlab has no excuse.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top_srcdir/tests/tap.sh"

natlab=$builddir/tools/natlab
plain=$builddir/tests/lab/plain

# can_unshare: as root, or as an ordinary user by way of a user namespace.
can_unshare()
{
    unshare --net true 2> /dev/null || unshare --user --map-root-user --net true 2> /dev/null
}

# tap_skip_all REASON
tap_skip_all()
{
    printf '1..0 # SKIP %s\n' "$1"
    exit 0
}

lab_begin()
{
    can_unshare || tap_skip_all 'network namespaces cannot be made here'
    scratch=$(mktemp -d) || exit 99
    trap 'rm -rf "$scratch"' EXIT
    trap 'exit 99' HUP INT TERM
}
