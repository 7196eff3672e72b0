#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The three worlds agree: the simulator, nat/translator in a lab, and the kernel
#
# What natlab says of a SPEC, and what the table beside this file says, is held against what plain
# sockets find behind it. Everything else that is measured in labs rests on this.

. "$(dirname "$0")/lab.sh"

simulated=$builddir/tests/lab/simulated
matrix=$top_srcdir/tests/lab/matrix

# Labs at a time: a measurement is mostly waiting.
jobs=8

# modelled SPEC: the same, with what is the kernel's by default done by the model.
modelled()
{
    printf '%s\n' "$1" | awk -v RS='+' -v ORS='' '{
        sub(/\n$/, "")
        split($0, word, ",")
        keys = substr($0, length(word[1]) + 1)
        print (NR > 1 ? "+" : "") word[1] (word[1] ~ /@/ ? "" : "@model") keys
    }'
}

# What a host should find. Three things follow from the others: from one host alone a hairpin shows
# only if it needs nobody else and bears the external address; what blocks UDP lets TCP pass; and a
# pool in which each host keeps to one address looks like that address.
expect()
{
    "$natlab" show --tsv "$1" | tr '\t' '\n' | sed 1d | awk '
        { sub(/^pooling=paired$/, "pooling=single"); print }
        /^reachable=no$/ { print "tcp=yes"; blocked = 1 }
        /^hairpin=supported$/ { external = 1 }
        /^hairpin.needs=nothing$/ { alone = 1 }
        END { if (!blocked) print "hears-itself=" (external && alone ? "yes" : "no") }'
}

# measure WORLD SPEC ROLE...
measure()
{
    world=$1 spec=$2
    shift 2
    if [ "$world" = simulator ]; then
        "$simulated" "$spec" "$@" 2>&1
    else
        "$natlab" run --left "$spec" --server-cmd "exec '$plain' observer" \
            --second-cmd "exec '$plain' neighbour" -- "$plain" "$@" 2>&1
    fi | tr '\t' '\n'
}

# differences EXPECTED FOUND: lines in which they differ; a range holds what lies in it.
differences()
{
    awk '
        { split($0, pair, "=") }
        pair[1] ~ /^allocation\.(first|last|size|least|most)$/ { number[pair[1]] = pair[2]; next }
        FNR == NR { expected[$0] = 1; next }
        $0 in expected { delete expected[$0]; next }
        { print "found " $0 }
        END {
            for (line in expected) print "expected " line
            if (number["allocation.least"] < number["allocation.first"] ||
                number["allocation.most"] > number["allocation.last"])
                print "ports " number["allocation.least"] "-" number["allocation.most"] \
                    " outside " number["allocation.first"] "-" number["allocation.last"]
        }' "$1" "$2"
}

# judge WORLD SPEC KEY=VALUE...: prints what speaks against it.
judge()
{
    world=$1 spec=$2
    shift 2
    file=$scratch/$world.$spec
    printf '%s\n' "$@" > "$file.told"
    lifetime=$(sed -n 's/^lifetime=//p' "$file.told")
    if [ -n "$lifetime" ]; then
        measure "$world" "$spec" ager "$lifetime" "$(sed -n 's/^stream=//p' "$file.told")" \
            > "$file.found"
    else
        measure "$world" "$spec" subject > "$file.found"
        expect "$spec" > "$file.expected"
        differences "$file.expected" "$file.found"
    fi
    grep -vxFf "$file.found" "$file.told" | sed '/^$/d; s/^/the table says /'
}

# "WORLD SPEC KEY=VALUE..." for each measurement.
list()
{
    {
        sed '/^#/d; /^$/d' "$matrix"
        # Products are the model's by themselves.
        "$natlab" list --tsv | while read -r preset _; do
            if "$natlab" show "$preset@kernel" > /dev/null 2>&1; then
                echo "$preset all"
            else
                echo "$preset models"
            fi
        done
    } | while read -r spec worlds told; do
        [ "$worlds" = kernel ] || echo "simulator $(modelled "$spec") $told"
        [ "$worlds" = kernel ] || echo "model $(modelled "$spec") $told"
        [ "$worlds" = models ] || echo "kernel $spec $told"
    done
}

lab_begin
list > "$scratch/list"

running=0
while read -r world spec told; do
    # shellcheck disable=SC2086 # words
    judge "$world" "$spec" $told > "$scratch/$world.$spec.against" < /dev/null &
    running=$((running + 1))
    if [ $running -eq $jobs ]; then
        wait
        running=0
    fi
done < "$scratch/list"
wait

while read -r world spec told; do
    tap_check "$world: $spec does what it says" "$(cat "$scratch/$world.$spec.against")"
done < "$scratch/list"
tap_end
