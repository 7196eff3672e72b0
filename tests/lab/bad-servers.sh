#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Servers that misbehave never make natprobe say what is not true, or wait
#
# Every fault of bad-server behind several NATs, all servers of a NAT in one lab. What natprobe says
# is held against the truth as an expectation that may stay undecided: exit status 1 would be a
# falsehood. It says what is wrong, in text and in JSON, and ends in time.

. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/judge.sh"

presets='open full-cone restricted port-restricted symmetric-random'

# A run may take 5 s by natprobe's own clock; a loaded machine needs a while to start and end it.
most_ms=5000
most_wall_ms=15000
at_once=8

lives=192.0.2.20:4000
says_nothing=192.0.2.20:4100

# FAULT | OTHER-ADDRESS | exit status | where it shows | what is said of it | a "why" of the JSON
#
# A fault shows behind every NAT, behind cones and open hosts only, or where there is no filter only.
faults="
none||0|all|ignores CHANGE-REQUEST and answers from where it was asked|the server ignores CHANGE-REQUEST; a server with RFC 5780 would tell
none|$lives|0|all|ignores CHANGE-REQUEST and answers from where it was asked|the server ignores CHANGE-REQUEST; a server with RFC 5780 would tell
swallow-change||0|all|names no other address|the server names no other address to answer from; a second one would tell
swallow-change|$lives|0|cone|does not answer when it is asked to answer from elsewhere|the server leaves CHANGE-REQUEST unanswered; one with RFC 5780 would tell
refuse-change|$lives|0|all||the server cannot answer from another address; one with two addresses (RFC 5780) would tell
wrong-source||3|open|from 192.0.2.20:3050 instead, which does not count|
echo||3|all|only echoes what it is sent: that is no STUN server|
random||3|all|answers, but with nothing that makes sense as a STUN answer|
truncated||3|all|answers, but with nothing that makes sense as a STUN answer|
huge-attribute||3|all|answers, but with nothing that makes sense as a STUN answer|
oversized||0|all|ignores CHANGE-REQUEST|a server with RFC 5780 would tell
wrong-id||3|all|answers, but not to what it was asked|
other-family||3|all|answers, but with nothing that makes sense as a STUN answer|
no-address||3|all|answers, but with nothing that makes sense as a STUN answer|
twice||0|all|ignores CHANGE-REQUEST|a server with RFC 5780 would tell
hundred||0|all|ignores CHANGE-REQUEST|a server with RFC 5780 would tell
error-420||3|all|answers with STUN error 420: it does not understand the question|
error-500||3|all|answers with STUN error 500: it has a problem of its own|
try-alternate|$lives|3|all|answers with STUN error 300: it wants another server to be asked|
wandering||0|all|contradicts itself about this machine's external address|another server would tell
constant||0|all|contradicts itself about this machine's external address|another server would tell
silent||3|all|neither over UDP nor over TCP|
closed||3|all|nobody who listens there on UDP (ICMP port unreachable)|
tcp-only||0|all|nobody who listens there on UDP (ICMP port unreachable)|the server listens on TCP only, and says so by ICMP; one that listens on UDP would tell
none|$says_nothing|0|all|names $says_nothing as its other address, but nobody answers there|
swallow-change|$says_nothing|0|all|names $says_nothing as its other address, but nobody answers there|the server's other address has not been seen to answer; a server with two addresses would tell
none|192.0.2.99:4100|0|all|names 192.0.2.99:4100 as its other address, but nobody answers there|
none|10.9.9.9:4100|0|all|names 10.9.9.9:4100 as its other address, which is an address of a private network or of this machine and was not asked|
none|itself|0|all|names its own address as the other one|
none|127.0.0.1:4000|0|all|names 127.0.0.1:4000 as its other address, which is an address of a private network or of this machine and was not asked|
none|224.0.0.1:4000|0|all|names 224.0.0.1:4000 as its other address, which is no address that anybody can have and was not asked|
none|0.0.0.0:4000|0|all|names 0.0.0.0:4000 as its other address, which is no address that anybody can have and was not asked|
none|[2001:db8::5]:4000|0|all|names [2001:db8::5]:4000 as its other address, which is of another address family and was not asked|"

lab_begin

# Each fault has its own pair of ports.
port=3000
while IFS='|' read -r fault other rest; do
    [ -n "$fault" ] || continue
    here=192.0.2.10:$port
    [ "$other" != itself ] || other=$here
    second=192.0.2.10:$((port + 1))
    [ "$fault" != wrong-source ] || second=192.0.2.20:$port
    [ "$fault" = closed ] || servers="${servers-} $fault,$here,$second${other:+,other=$other}"
    printf '%s|%s|%s|%s\n' "$port" "$fault" "$other" "$rest" >> "$scratch/faults"
    port=$((port + 10))
done <<< "$faults"
servers="$servers none,$lives,192.0.2.20:4001 silent,$says_nothing,192.0.2.20:4101"

# Runs in the lab: text and JSON of each server, some servers at a time.
ask_all()
{
    until grep -qs ready "$1/ready"; do
        sleep 0.02
    done
    while IFS='|' read -r port _; do
        for format in text json; do
            (
                began=$(milliseconds)
                timeout 60 "$natprobe" -f $format --undecided pass --expect "$2" \
                    "192.0.2.10:$port" "192.0.2.10:$((port + 1))" > "$1/$port.$format" 2>&1
                echo "$? $(($(milliseconds) - began))" > "$1/$port.$format.status"
            ) &
        done
        [ "$(jobs -pr | wc -l)" -lt $((2 * at_once)) ] || wait
    done < "$scratch/faults"
    wait
}
export natprobe scratch at_once
export -f ask_all milliseconds

# A kernel says "port unreachable" once a second; here many ask at once.
serve="[ ! -w /proc/sys/net/ipv4/icmp_ratelimit ] || echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
    exec '$bad_server' $servers"

for preset in $presets; do
    mkdir "$scratch/$preset"
    timeout 120 "$natlab" run --left "$preset" \
        --server-cmd "{ $serve; } > '$scratch/$preset/ready'" \
        -- bash -c 'ask_all "$@"' ask_all "$scratch/$preset" "$(truth_of "$preset")" \
        > "$scratch/$preset/log" 2>&1 &
    [ "$(jobs -pr | wc -l)" -lt 2 ] || wait -n
done
wait

# A good server named after a bad one makes up for it.
beside='silent echo random error-500 wandering constant'
behind='port-restricted symmetric-random'
axes='mapping filtering allocation unsolicited'

# Runs in the lab. Not all at once, as sockets of one host are neighbours to each other's laws.
ask_beside()
{
    port=3000
    until grep -qs ready "$1/ready"; do
        sleep 0.02
    done
    for fault in $2; do
        timeout 60 "$natprobe" -4 --format tap --expect "$3" "192.0.2.10:$port" \
            192.0.2.10:4000 192.0.2.10:4001 > "$1/$fault" 2>&1
        port=$((port + 1))
    done
}
export -f ask_beside

servers=
port=3000
for fault in $beside; do
    servers="$servers $fault,192.0.2.10:$port"
    port=$((port + 1))
done
for preset in $behind; do
    here=$scratch/$preset/beside
    mkdir "$here"
    # shellcheck disable=SC2046
    truth=$(truth_of "$preset" | tr , '\n' |
        grep -E "^($(echo $axes | tr ' ' '|'))=" | paste -sd ,)
    # Without a manager to tell, natprobed tells standard error when it is ready.
    timeout 60 "$natlab" run --left "$preset" --server-cmd "
            env -u NOTIFY_SOCKET '$builddir/tools/natprobed' --listen 192.0.2.10:4000 --listen 192.0.2.10:4001 \
                --alternate 192.0.2.20 2> '$here/good' &
            until grep -q 'STUN on' '$here/good'; do sleep 0.02; done
            exec '$bad_server' $servers > '$here/ready'" \
        -- bash -c 'ask_beside "$@"' ask_beside "$here" "$beside" "$truth" > "$here/log" 2>&1 &
done
wait

# shows WHERE PRESET
shows()
{
    case $1/$2 in
    all/* | open/open | open/full-cone) true ;;
    cone/symmetric-* | open/*) false ;;
    *) true ;;
    esac
}

# What speaks against one run in one format.
complaints()
{
    local result=$scratch/$1/$2 format=$3 status wall took

    read -r status wall < "$result.$format.status" || echo 'it has not run'
    [ "$status" = "$4" ] || echo "exit status $status"
    [ "${wall:-0}" -le $most_wall_ms ] || echo "$wall ms by the clock on the wall"
    if [ "$format" = json ] && [ "$status" != 3 ]; then
        took=$(json_get duration_ms < "$result.json" | cut -d. -f1)
        [ "${took:-$most_ms}" -lt $most_ms ] || echo "$took ms"
    fi
    if [ "$status" = 3 ] && [ "$(wc -l < "$result.$format")" != 1 ]; then
        echo 'more than one line'
    fi
    unwrapped "$result.$format" | grep -qF -- "$5" || echo "nothing says: $5"
    # The verdict fails where it is told, so that nobody has to run it again.
    [ "$status" = "$4" ] || cat "$result.$format"
}

for preset in $presets; do
    while IFS='|' read -r port fault other status where said why; do
        shows "$where" "$preset" || said=
        # A reason stands in the table of the text, broken in other places.
        tap_check "$preset: $fault${other:+, names $other}" "$(
            [ ! -s "$scratch/$preset/log" ] || cat "$scratch/$preset/log"
            complaints "$preset" "$port" text "$status" "$said"
            [ "$status" != 0 ] || shows "$where" "$preset" || why=
            complaints "$preset" "$port" json "$status" "${why:-$said}"
        )"
    done < "$scratch/faults"
done
for preset in $behind; do
    for fault in $beside; do
        result=$scratch/$preset/beside/$fault
        tap_check "$preset: $fault, before a good server, hides nothing" "$(
            [ "$(grep -sc '^ok' "$result")" = "$(echo $axes | wc -w)" ] ||
                cat "$result" "${result%/*}/log" 2>&1
        )"
    done
done

tap_end
