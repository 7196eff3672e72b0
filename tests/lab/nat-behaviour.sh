#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The truth of every preset, on the kernel that runs this
#
# What natlab says of a SPEC is held against what plain sockets find behind it. Everything else that
# is measured in labs rests on this.

. "$(dirname "$0")/lab.sh"

# Labs at a time: a measurement is mostly waiting.
jobs=4

# Options, filters and allocations one by one, then what layers make of each other.
specs='
port-restricted,trap=on
port-restricted,unsolicited=blocked
restricted,trap=on
restricted,unsolicited=blocked
firewall,trap=on
firewall,filtering=address-dependent
firewall,filtering=address-dependent,trap=on
firewall,filtering=endpoint-independent
full-cone,hairpin=on
full-cone,hairpin=both-send
full-cone,hairpin=internal
restricted,hairpin=on
restricted,hairpin=both-send
restricted,hairpin=internal
port-restricted,hairpin=on
port-restricted,hairpin=both-send
port-restricted,hairpin=internal
port-restricted,hairpin=on,trap=on
symmetric-random,hairpin=on
symmetric-random,hairpin=internal
symmetric-random,filtering=endpoint-independent
symmetric-random,filtering=address-dependent
symmetric-sequential,step=2
symmetric-sequential,step=-1
symmetric-sequential,step=-7,hairpin=on
symmetric-sequential,step=1000
symmetric-sequential,filtering=address-dependent
address-dependent,filtering=endpoint-independent
address-dependent,filtering=address-and-port-dependent
address-dependent,filtering=address-and-port-dependent,trap=on
address-dependent,allocation=sequential,step=4
address-dependent,hairpin=on
full-cone,allocation=random
full-cone,allocation=random,hairpin=on
restricted,allocation=sequential,step=2
port-restricted,allocation=random
port-restricted,allocation=random,trap=on
port-restricted,allocation=block,size=64
port-restricted,allocation=random,hairpin=on
block,size=64
block,size=4096,hairpin=on
block,filtering=endpoint-independent
port-restricted,cgn=yes
double,hairpin=on
double,hairpin=both-send
double,hairpin=internal
double,trap=on
double,cgn=no
full-cone+full-cone
full-cone+full-cone,hairpin=on
full-cone,hairpin=on+full-cone
restricted+full-cone,hairpin=on
port-restricted,trap=on+full-cone
port-restricted,trap=on+restricted
port-restricted,trap=on+port-restricted
port-restricted+port-restricted,trap=on
full-cone+symmetric-random
symmetric-sequential,step=3+full-cone
symmetric-random+symmetric-sequential,step=-2
full-cone+firewall
full-cone,hairpin=on+firewall
firewall+full-cone
firewall+full-cone,hairpin=on
open+port-restricted
port-restricted+port-restricted,cgn=no+block
port-restricted+udp-blocked
'

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

measure()
{
    "$natlab" run --left "$1" --server-cmd "exec '$plain' observer" \
        --second-cmd "exec '$plain' neighbour" -- "$plain" subject 2>&1 | tr '\t' '\n'
}

# Lines in which found differs from expected; a range holds what lies in it.
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

lab_begin
"$natlab" list --tsv | cut -f 1 > "$scratch/list"
printf '%s\n' "$specs" | sed '/^$/d' >> "$scratch/list"

running=0
while read -r spec; do
    {
        expect "$spec" > "$scratch/$spec.expected"
        measure "$spec" > "$scratch/$spec.found"
    } < /dev/null &
    running=$((running + 1))
    if [ $running -eq $jobs ]; then
        wait
        running=0
    fi
done < "$scratch/list"
wait

while read -r spec; do
    tap_check "$spec does what it says" "$(
        differences "$scratch/$spec.expected" "$scratch/$spec.found"
    )"
done < "$scratch/list"
tap_end
