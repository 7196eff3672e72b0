#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# natprobe on networks as people have them: names, two families, one of them broken, several
# interfaces, ports that are taken; and what it prints and how it ends
#
# Each lab is a function that runs inside, all at the same time. It leaves what it found in files;
# the judgement is made outside, in order.

. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/judge.sh"

# By the clock on the wall, of a machine that has other things to do: a run that would hang takes
# longer.
most_wall_ms=10000

lab_begin

# keep NAME ARGUMENT...: natprobe's output, complaints, exit status and time, under that name.
keep()
{
    local name=$1 began
    shift
    began=$(milliseconds)
    timeout 30 "$natprobe" "$@" > "$scratch/$name.out" 2> "$scratch/$name.err"
    echo $? > "$scratch/$name.status"
    echo $(($(milliseconds) - began)) > "$scratch/$name.wall"
}

plain_server="exec '$bad_server' none,192.0.2.10:3478,192.0.2.10:3479 > /dev/null"

in_lab_names()
{
    keep both --json server
    keep four -4 --json server
    keep six -6 --json server
    keep nowhere server nonexistent.invalid
    keep mixed --json server 192.0.2.20:2222 '[2001:db8:f::20]:3333'
    keep noroute6 -6 '[fec0::1]:3478'
    for format in text json junit tap markdown html; do
        keep "format.$format" -4 -v -f $format server
    done
    if command -v script > /dev/null; then
        script -qec "'$natprobe' -4 server" /dev/null > "$scratch/terminal" < /dev/null
        NO_COLOR=1 script -qec "'$natprobe' -4 server" /dev/null > "$scratch/no-color" < /dev/null
    fi
    keep holds -4 --expect mapping=endpoint-independent,nat=translated server
    keep fails -4 --expect mapping=endpoint-independent --expect nat=none server
    keep port -4 --json --source-port 7777 server
    # Stands in for any program that has the port.
    "$bad_server" "none,$NATLAB_ADDRESS:7778" > "$scratch/taken" &
    until grep -qs ready "$scratch/taken"; do
        sleep 0.02
    done
    keep taken --source-port 7778 server
    kill $!
    keep short -4 --json --timeout 0.1 server
    "$natprobe" --json -4 server > /dev/full 2> "$scratch/full.err"
    echo $? > "$scratch/full.status"
}

in_lab_one_address()
{
    keep one.json -4 --json server
    keep one.text -4 server
    keep one.port -4 --json server:3478
    keep undecided -4 --expect mapping=endpoint-independent server
    keep undecided.pass -4 --expect mapping=endpoint-independent --undecided pass server
    keep excluded -4 --expect mapping=address-and-port-dependent --undecided pass server
}

in_lab_only_ipv6()
{
    keep only6 --json server
}

# The route leads to a router that nobody has seen for a while.
in_lab_broken_ipv6()
{
    ip -6 route replace default via fe80::dead dev eth0
    for run in 1 2 3; do
        keep broken6.$run --json server
    done
    ip -6 route del default
    keep without6 --json server
    keep noroute -6 server '[2001:db8:a::1]:3478'
}

# Packets to the name server leave and nothing comes back, as in many a hotel.
in_lab_dead_resolver()
{
    echo 'nameserver 192.0.2.99' > "$scratch/resolv.conf"
    echo 'hosts: files dns' > "$scratch/nsswitch.conf"
    for file in resolv.conf nsswitch.conf; do
        mount --bind "$scratch/$file" /etc/$file 2> /dev/null || return 0
    done
    keep slow one.example:3478 server two.example:3478
    keep slow.not -4 --json server
    "$natprobe" one.example 2> "$scratch/slow.int.err" &
    sleep 0.5
    kill -INT $!
    wait $!
    echo $? > "$scratch/slow.int.status"
}

in_lab_interfaces()
{
    ip link add other type veth peer name far
    ip address add 10.66.0.1/24 dev other
    ip link set other up
    ip link set far up
    keep through.right -4 --json --interface eth0 server
    keep through.wrong -4 --interface other 192.0.2.10:3478
    keep through.none --interface elsewhere server
}

# Before anything is known, when answers are there but no silence means anything, and shortly
# before the end.
in_lab_interrupt()
{
    local after
    for after in 0.4 1.0 1.5; do
        for signal in INT TERM; do
            (
                "$natprobe" -4 --json server > "$scratch/$signal.$after.out" \
                    2> "$scratch/$signal.$after.err" &
                sleep $after
                kill -s $signal $!
                wait $!
                echo $? > "$scratch/$signal.$after.status"
            ) &
        done
    done
    wait
}

in_lab_own_firewall()
{
    keep unfirewalled -4 --json server
    nft -f - << 'END'
table inet mine {
    chain entrance {
        type filter hook input priority 0; policy drop;
        ct state established,related accept
        iif lo accept
    }
}
END
    keep firewalled -4 --json server
    keep firewalled.text -4 server
}

# start FUNCTION NATLAB-OPTION...
start()
{
    local what=$1
    shift
    timeout 90 "$natlab" run "$@" -- bash -c "$what" > "$scratch/$what.log" 2>&1 &
    [ "$(jobs -pr | wc -l)" -lt 4 ] || wait -n
}

export natprobe bad_server scratch
export -f $(compgen -A function in_lab_) keep milliseconds
start in_lab_names --left port-restricted
start in_lab_one_address --left full-cone --server-cmd "$plain_server"
start in_lab_only_ipv6 --left port-restricted --server-cmd \
    "exec '$builddir/tools/natprobed' --listen '[::]:3478' --listen '[::]:3479'"
start in_lab_broken_ipv6 --left full-cone --delay 10
start in_lab_dead_resolver --left port-restricted
start in_lab_interfaces --left port-restricted
start in_lab_interrupt --left port-restricted --delay 400
start in_lab_own_firewall --left open
wait

out()
{
    cat "$scratch/$1.out"
}
value()
{
    json_get "$2" < "$scratch/$1.out"
}
# ended NAME: exit status, and how many lines of complaint.
ended()
{
    echo "$(cat "$scratch/$1.status") $(wc -l < "$scratch/$1.err")"
}

tap_check 'every lab has run' "$(cat "$scratch"/in_lab_*.log | grep -v '^natlab: server: ')"
tap_check 'and every run has ended in time' "$(
    for wall in "$scratch"/*.wall; do
        [ "$(cat "$wall")" -lt $most_wall_ms ] || echo "${wall##*/}: $(cat "$wall") ms"
    done
    for result in "$scratch"/*.out; do
        took=$(json_get duration_ms < "$result" 2> /dev/null)
        [ "${took%.*}" -lt 5000 ] 2> /dev/null || [ -z "$took" ] || echo "${result##*/}: $took ms"
    done
)"

tap_equal 'a name with A and AAAA is probed over both' \
    "$(ended both) $(value both udp.nat.verdict) $(value both udp6.nat.verdict)" \
    '0 0 translated none'
tap_equal '-4 leaves IPv6 out' \
    "$(ended four) $(value four udp.nat.verdict) $(value four udp6.nat.verdict)" '0 0 translated '
tap_equal '-6 leaves IPv4 out' \
    "$(ended six) $(value six udp.nat.verdict) $(value six udp6.nat.verdict)" '0 0  none'
tap_equal 'names and numbers of both families mix' \
    "$(ended mixed) $(value mixed udp.mapping.verdict) $(value mixed udp6.filtering.verdict)" \
    '0 0 endpoint-independent address-and-port-dependent'
tap_equal 'a name that does not resolve is one sentence' \
    "$(ended nowhere) $(cut -d: -f 1-2 "$scratch/nowhere.err")" \
    '2 1 natprobe: "nonexistent.invalid" does not resolve'
tap_equal 'an address that nobody answers at is told' "$(ended noroute6)" '3 1'
if [ -e "$scratch/slow.status" ]; then
    tap_equal 'names that nobody resolves are one sentence, within the time of one' \
        "$(ended slow) $(cat "$scratch/slow.err")" \
        '2 1 natprobe: "one.example" does not resolve: no answer within 4 seconds'
    tap_check 'which is less than 5 seconds, and a bit to start' "$(
        [ "$(cat "$scratch/slow.wall")" -lt 7000 ] || cat "$scratch/slow.wall"
    )"
    tap_equal 'names that are known do not wait for it' "$(ended slow.not)" '0 0'
    tap_equal 'Ctrl-C ends a look-up' \
        "$(cat "$scratch/slow.int.status" "$scratch/slow.int.err" | paste -sd ' ')" \
        '4 natprobe: interrupted before any server answered'
else
    tap_skip 'names that nobody resolves are one sentence' 'this /etc has no resolver to replace'
fi

for format in json junit tap markdown html text; do
    tap_equal "$format is printed without complaint" "$(ended format.$format)" '0 0'
done
tap_check 'the JSON is JSON' "$("$document" json < "$scratch/format.json.out" 2>&1)"
tap_check 'the JUnit is XML' "$("$document" xml < "$scratch/format.junit.out" 2>&1)"
tap_check 'the TAP has as many lines as it plans' "$(
    plan=$(sed -n 's/^1\.\.//p' "$scratch/format.tap.out")
    [ "$(grep -cE '^(not )?ok [0-9]+ ' "$scratch/format.tap.out")" = "$plan" ] ||
        out format.tap
)"
tap_check 'the HTML opens and closes' "$(
    head -n 1 "$scratch/format.html.out" | grep -qi '^<!doctype html>' || echo 'no doctype'
    tail -n 1 "$scratch/format.html.out" | grep -q '</html>' || echo 'no end'
)"
tap_check 'every table of the Markdown has rows as wide as its head' "$(
    awk -F '[^\\\\][|]' '/^\|/ { if (n && NF != n) print; n = NF; next } { n = 0 }' \
        "$scratch/format.markdown.out"
)"
tap_check 'nothing but text goes into a pipe' "$(
    grep -l "$(printf '\033')" "$scratch"/*.out
    awk 'length > 80' "$scratch/format.text.out"
)"
if [ -s "$scratch/terminal" ]; then
    tap_check 'a terminal gets colours, unless NO_COLOR is set' "$(
        grep -q "$(printf '\033\\[')" "$scratch/terminal" || echo 'no colours'
        grep "$(printf '\033')" "$scratch/no-color"
    )"
else
    tap_skip 'a terminal gets colours, unless NO_COLOR is set' 'there is no script(1)'
fi
tap_equal 'what cannot be written is told' \
    "$(cat "$scratch/full.status") $(cat "$scratch/full.err")" \
    '2 natprobe: the result cannot be written: No space left on device'

tap_equal 'expectations that hold pass' "$(ended holds)" '0 0'
tap_equal 'one that does not fails the run' "$(ended fails)" '1 0'
tap_equal 'one that is undecided, too' "$(ended undecided)" '1 0'
tap_equal 'unless that shall pass' "$(ended undecided.pass)" '0 0'
tap_equal 'which does not save what is excluded' "$(ended excluded)" '1 0'

tap_equal 'the source port is used' \
    "$(value port udp.mapping.evidence | sed -n '1s/ towards.*//p')" '192.168.1.10:7777'
tap_equal 'one that is taken is one sentence' "$(ended taken) $(cat "$scratch/taken.err")" \
    '2 1 natprobe: --source-port 7778 cannot be used: the port is already in use'
tap_check 'a run that is cut short claims nothing' "$(
    for axis in filtering unsolicited; do
        told=$(value short udp.$axis.verdict)
        [ "${told:-unknown}" = unknown ] || echo "$axis: $told"
    done
)"

tap_equal 'one address and two ports: the mapping stays open' \
    "$(ended one.json) $(value one.json udp.mapping.verdict): $(
        value one.json udp.mapping.possible | paste -sd ,)" \
    '0 0 unknown: endpoint-independent,address-dependent'
tap_equal 'and the reason names what would tell' "$(value one.json udp.mapping.why)" \
    'all answers came from one server address; a second one would tell'
tap_check 'the text says so too' "$(
    unwrapped "$scratch/one.text.out" | grep -q 'a second one would tell' || out one.text
)"
tap_equal 'one port tells even less' "$(value one.port udp.mapping.possible | wc -l)" 3

tap_equal 'a server that has only IPv6 is enough' \
    "$(ended only6) $(value only6 udp.nat.verdict) $(value only6 udp6.nat.verdict)" '0 0  none'
tap_equal 'and that IPv4 got no answer is told' \
    "$(value only6 notes | grep -c 'over IPv4 no server answered')" 1
tap_equal 'broken IPv6 does not spoil IPv4' \
    "$(ended broken6.1) $(value broken6.1 udp.mapping.verdict)" '0 0 endpoint-independent'
tap_equal 'or hide' "$(value broken6.1 notes | grep -c 'over IPv6 no server answered')" 1
tap_check 'or delay it by more than a second' "$(
    # The quickest of three, as the machine may have other things to do.
    both=$(for run in 1 2 3; do value broken6.$run duration_ms; done | sort -n | head -n 1)
    alone=$(value without6 duration_ms)
    awk -v both="$both" -v alone="${alone:-0}" \
        'BEGIN { if (both > alone + 1000) print both " ms, and " alone " ms without" }'
)"
tap_equal 'without a route to IPv6 it is left out, and said' \
    "$(ended without6) $(value without6 udp6.nat.verdict)$(
        value without6 notes | grep -c 'there is no route to \[2001:db8:f::10\]:3478')" '0 0 1'

tap_equal 'and if nothing else was asked, that is the error' \
    "$(ended noroute) $(cat "$scratch/noroute.err")" \
    "3 1 natprobe: there is no route to [2001:db8:f::10]:3478, [2001:db8:f::10]:3479, \
[2001:db8:a::1]:3478"

tap_equal 'the chosen interface is used and named' \
    "$(ended through.right) $(value through.right local.interface)" '0 0 eth0'
tap_equal 'one that leads nowhere is told' "$(ended through.wrong)" '3 1'
tap_equal 'one that does not exist is one sentence' \
    "$(ended through.none) $(cat "$scratch/through.none.err")" \
    '2 1 natprobe: --interface "elsewhere": there is no such network interface'

for signal in INT TERM; do
    tap_equal "SIG$signal ends with status 4 at any moment" \
        "$(cat "$scratch/$signal".*.status | paste -sd ' ')" '4 4 4'
    tap_equal "and one sentence each" \
        "$(cat "$scratch/$signal".*.err | grep -c '^natprobe: interrupted')" 3
done
tap_check 'what is known by then is printed whole' "$(
    for result in "$scratch"/INT.*.out "$scratch"/TERM.*.out; do
        [ ! -s "$result" ] || "$document" json < "$result" 2>&1
    done
    [ -s "$scratch/INT.1.5.out" ] || echo 'nothing was known'
)"
tap_check 'and what is not is not claimed' "$(
    for moment in INT.1.0 TERM.1.0; do
        case $(value $moment udp.filtering.verdict):$(value $moment udp.filtering.why) in
        'unknown:the run ended before silence meant anything') ;;
        # On a slow machine nothing was known, or the moment has passed.
        : | address-and-port-dependent:) ;;
        *) out $moment ;;
        esac
    done
)"

tap_equal 'without a filter nothing is said of the own one' \
    "$(value unfirewalled udp.filtering.verdict) $(
        value unfirewalled notes | grep -c 'drops packets itself')" 'endpoint-independent 0'
tap_equal 'the own input policy is named beside a filter' \
    "$(value firewalled udp.filtering.verdict) $(
        value firewalled notes | grep -c 'this machine drops packets itself (chain inet mine entrance)')" \
    'address-and-port-dependent 1'
tap_check 'in the text as well' "$(
    unwrapped "$scratch/firewalled.text.out" | grep -q 'chain inet mine entrance' ||
        out firewalled.text
)"

tap_end
