#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The pure archives call what computes, and nothing else
#
# A protocol machine that reads a clock or a socket cannot run in virtual time. Which symbols the
# archives leave undefined shows all they could ever call. The lists say what is pure, not what is
# forbidden, so that a call nobody thought of fails too: sockets, clocks, sleeps, environment,
# files, threads, entropy, output, and our own io folder, which no pure archive defines.
#
# Something pure is missing here? Add it to its list.

. "$(dirname "$0")/tap.sh"

archives='libnp-pure.a libnp-sim.a'

# GLib, without GIO: values, text, containers, memory, errors and digests. g_log is what
# g_return_val_if_reached() calls.
glib='(array|ptr_array|byte_array|bytes|hash_table|list|slist|queue|tree|sequence)_[a-z0-9_]+
(ascii|utf8|unichar|str|string|strv)_[a-z0-9_]+
str[a-z0-9]+(_printf|_vprintf)?
v?snprintf|vasprintf|printf_string_upper_bound
(malloc|malloc0|realloc|try_malloc|try_realloc)(_n)?|free|free_sized|memdup2?
aligned_(alloc|alloc0|free)|slice_(alloc|alloc0|copy|free1|free_chain_with_offset)
clear_(error|list|slist|pointer)|(set|propagate|prefix)_(prefixed_)?error(_literal)?
error_[a-z_]+|quark_[a-z_]+|intern_(static_)?string|once_init_(enter|leave)
assertion_message(_[a-z]+)*|return_if_fail_warning
log
(direct|int|int64|double)_(equal|hash)|qsort_with_data|bit_[a-z]+|spaced_primes_closest
(checksum|compute_checksum|compute_hmac|hmac|base64)_[a-z0-9_]+'

# The C library: memory, text, numbers, sorting, and the two of its socket headers that only
# convert text.
libc='mem(cpy|move|set|cmp|chr|rchr|mem)|bcmp|explicit_bzero
str(n?len|n?cmp|n?casecmp|r?chr|str|spn|cspn|pbrk)|strto(l|ul|ll|ull|d|imax|umax)
v?snprintf|sscanf|qsort|bsearch|l?l?abs|l?l?div|abort
inet_(pton|ntop)
(exp|exp2|expm1|log|log2|log10|log1p|pow|sqrt|cbrt|hypot|erfc?|[lt]gamma|lgamma_r)f?
(ceil|floor|trunc|rint|nearbyint|l?l?round|l?l?rint|fmod|fmin|fmax|fabs|fma|ldexp|frexp|modf)f?
(a?(sin|cos|tan)h?|atan2|isnan|isinf|isfinite|finite)f?'

# What compilers call by themselves, sanitizers and coverage included.
runtime='_GLOBAL_OFFSET_TABLE_|__tls_get_addr|__stack_chk_fail|__errno_location|__assert_fail
__u?(add|sub|mul|div|mod|divmod|mulo|cmp|neg|ashl|ashr|lshr)v?[sdt]i[234]
__(popcount|ctz|clz|ffs|parity|bswap)[sdt]i2
__(asan|hwasan|lsan|msan|tsan|ubsan|sanitizer|gcov|llvm_gcov|llvm_profile|profile)_.*
llvm_(gcov|gcda)_.*|mangle_path'

# impure ARCHIVE...: "archive.a:member.o: symbol" for each call out of the archives that is on no
# list. _FORTIFY_SOURCE and the C standard's revisions rename functions; the names are undone first.
impure()
{
    { ${NM:-nm} -A -g --defined-only "$@" && ${NM:-nm} -A -u "$@"; } |
        awk -v glib="$glib" -v libc="$libc" -v runtime="$runtime" '
            function any_of(list) {
                gsub(/\n/, "|", list)
                return "^(" list ")$"
            }
            BEGIN {
                runtime = any_of(runtime); libc = any_of(libc)
                glib = any_of(glib); sub(/^\^/, "^g_", glib)
            }
            NF == 0 { next }
            $(NF - 1) !~ /^[Uvw]$/ { defined[$NF] = 1; next }
            {
                where = $1; sub(/^.*\//, "", where); sub(/:$/, "", where)
                name = $NF
                if (name !~ runtime) {
                    sub(/^__isoc(99|23)_/, "", name)
                    if (name ~ /^__.*_chk$/) { sub(/^__/, "", name); sub(/_chk$/, "", name) }
                }
                pure = name ~ glib || name ~ libc || name ~ runtime
                if (!pure) calls[++n] = where ": " $NF
            }
            END {
                for (i = 1; i <= n; i++) {
                    name = calls[i]; sub(/^.* /, "", name)
                    if (!(name in defined)) print calls[i]
                }
            }' | sort -u
}

# object_calling FILE SYMBOL...: an object that calls each.
object_calling()
{
    object=$1
    shift
    for symbol; do
        printf 'void %s(void);\nvoid calls_%s(void) { %s(); }\n' "$symbol" "$symbol" "$symbol"
    done > "$object.c"
    ${CC:-cc} -w -fno-builtin -c -o "$object" "$object.c"
}

scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT

# A check that cannot fail proves nothing: let it find one of each kind first.
forbidden='__poll_chk __read_chk __recvfrom_chk clock_gettime fopen g_file_get_contents
g_get_monotonic_time g_get_real_time g_getenv g_main_context_iteration g_rand_new
g_random_int g_socket_new g_thread_new g_usleep getenv getrandom gettimeofday malloc_trim
nanosleep np_io_loop_new open printf rand recvmmsg sendto setsockopt socket time timerfd_create
write'
allowed='__memcpy_chk __snprintf_chk __isoc99_sscanf __asan_report_load8 __gcov_init __udivti3
g_array_append_vals g_bytes_new g_free g_hash_table_insert g_strdup g_strdup_printf inet_pton
lgamma log memcpy'
if object_calling "$scratch/forbidden.o" $forbidden &&
    object_calling "$scratch/allowed.o" $allowed; then
    tap_equal 'the check sees every kind of impure call' \
        "$(impure "$scratch/forbidden.o" | sed 's/^.*: //' | sort | tr '\n' ' ')" \
        "$(printf '%s\n' $forbidden | sort | tr '\n' ' ')"
    tap_check 'the check lets pure calls pass' "$(impure "$scratch/allowed.o")"
else
    tap_check 'the check can be tried on objects of its own' "cannot compile with ${CC:-cc}"
fi

# The simulator's archive may call the pure one, so all are read together.
set --
for archive in $archives; do
    [ -e "$builddir/$archive" ] && set -- "$@" "$builddir/$archive"
done
if [ $# -gt 0 ]; then
    tap_check 'the pure archives call what computes and nothing else' "$(impure "$@")"
else
    tap_check 'the pure archives are built' "no $archives in $builddir"
fi

tap_end
