#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Clients that nobody here wrote get right answers from natprobed
#
# coturn's turnutils_natdiscovery speaks RFC 5780, Debian's stun RFC 3489 without the magic cookie.
# First on two loopback addresses, then each behind NATs whose nature is known, all at once.

. "$(dirname "$0")/../tap.sh"

scratch=$(mktemp -d) || exit 99
server=
trap 'rm -rf "$scratch"; [ -z "$server" ] || kill $server' EXIT
port=$((20000 + $$ % 20000))

# What each client says of a NAT; nothing of what it says beside it.
of_natdiscovery()
{
    grep -E '^(No NAT|NAT with).*!' "$1" | sort -u
}
of_stun()
{
    sed -n 's/^Primary: \(.*[^[:space:]]\)[[:space:]]*$/\1/p' "$1"
}

open_mapping='No NAT! (Endpoint Independent Mapping)'
mapping='NAT with %s Mapping!'
filtering='NAT with %s Filtering!'
ei='Endpoint Independent'
ad='Address Dependent'
apd='Address and Port Dependent'

"$builddir/tools/natprobed" --listen "127.0.0.1:$port" --alternate 127.0.0.2 2> "$scratch/err" &
server=$!
for _ in $(seq 100); do
    grep -q 'STUN on' "$scratch/err" && break
    sleep 0.05
done

if command -v turnutils_natdiscovery > /dev/null; then
    timeout 30 turnutils_natdiscovery -m -L 127.0.0.1 -p "$port" 127.0.0.1 > "$scratch/mapping"
    timeout 30 turnutils_natdiscovery -f -L 127.0.0.1 -p "$port" 127.0.0.1 > "$scratch/filtering"
    tap_equal 'turnutils_natdiscovery sees no NAT on loopback' \
        "$(of_natdiscovery "$scratch/mapping" | grep '^No NAT')" "$open_mapping"
    tap_equal 'turnutils_natdiscovery sees no filter on loopback' \
        "$(of_natdiscovery "$scratch/filtering" | grep Filtering)" "$(printf "$filtering" "$ei")"
else
    tap_skip 'turnutils_natdiscovery sees no NAT on loopback' 'coturn is not installed'
fi
if command -v stun > /dev/null; then
    timeout 30 stun "127.0.0.1:$port" > "$scratch/stun" 2>&1
    tap_equal 'stun calls loopback open' "$(of_stun "$scratch/stun")" Open
else
    tap_skip 'stun calls loopback open' 'stun-client is not installed'
fi

# PRESET | what natdiscovery says | what stun says, but for the ports and hairpins it adds.
#
# Address-dependent mapping is not here: natdiscovery 4.6.1 takes the address for its third request
# from the second answer, where RFC 5780, 7.4, names the first server again, and so never compares
# two ports of one address. With RFC 3489 words it cannot be told anyhow.
presets="
full-cone|$(printf "$filtering" "$ei")|$(printf "$mapping" "$ei")|Independent Mapping, Independent Filter
restricted|$(printf "$filtering" "$ad")|$(printf "$mapping" "$ei")|Independent Mapping, Address Dependent Filter
port-restricted|$(printf "$filtering" "$apd")|$(printf "$mapping" "$ei")|Independent Mapping, Port Dependent Filter
symmetric-random|$(printf "$filtering" "$apd")|$(printf "$mapping" "$apd")|Dependent Mapping
symmetric-sequential|$(printf "$filtering" "$apd")|$(printf "$mapping" "$apd")|Dependent Mapping
double|$(printf "$filtering" "$apd")|$(printf "$mapping" "$ei")|Independent Mapping, Port Dependent Filter"

natlab=$builddir/tools/natlab
if ! "$natlab" run --left open -- true > "$scratch/natlab" 2>&1; then
    tap_skip 'both clients recognise NATs' "$(head -n 1 "$scratch/natlab")"
    tap_end
fi

both='turnutils_natdiscovery -m -L $NATLAB_ADDRESS $NATLAB_SERVER > $0.mapping 2>&1 &
    turnutils_natdiscovery -f -L $NATLAB_ADDRESS $NATLAB_SERVER > $0.filtering 2>&1 &
    stun $NATLAB_SERVER > $0.stun 2>&1
    wait'
while IFS='|' read -r preset _; do
    [ -n "$preset" ] || continue
    timeout 60 "$natlab" run --left "$preset" -- sh -c "$both" "$scratch/$preset" \
        > "$scratch/$preset.log" 2>&1 &
    labs="${labs-} $!"
done <<< "$presets"
wait $labs

while IFS='|' read -r preset filtered mapped primary; do
    [ -n "$preset" ] || continue
    if command -v turnutils_natdiscovery > /dev/null; then
        tap_equal "turnutils_natdiscovery recognises $preset" \
            "$(of_natdiscovery "$scratch/$preset.mapping" &&
                of_natdiscovery "$scratch/$preset.filtering" | grep Filtering)" \
            "$mapped
$filtered"
    else
        tap_skip "turnutils_natdiscovery recognises $preset" 'coturn is not installed'
    fi
    if command -v stun > /dev/null; then
        tap_equal "stun recognises $preset" \
            "$(of_stun "$scratch/$preset.stun" |
                sed 's/, \(preserves ports\|random port\|no hairpin\|will hairpin\)//g')" "$primary"
    else
        tap_skip "stun recognises $preset" 'stun-client is not installed'
    fi
done <<< "$presets"

tap_end
