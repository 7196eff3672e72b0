#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# nat/translator as a router between two networks: what is not of an axis
#
# TCP, fragments, IPv6, hops, answers to what nobody asked for, limits.

. "$(dirname "$0")/lab.sh"

lab=model-$$
serve="exec '$plain' observer"

up()
{
    "$natlab" up "$lab" --server-cmd "$serve" "$@" || exit 99
}

down()
{
    "$natlab" down "$lab"
}

in_lab()
{
    "$natlab" exec "$lab" "$@"
}

# ping_says HOST ARGUMENTS...: "yes", who said that it died, or nothing.
ping_says()
{
    where=$1
    shift
    in_lab "$where" ping -n -c 1 -W 1 "$@" 2> /dev/null |
        sed -n 's/^From \([0-9.]*\) .*exceeded.*/\1/p; s/.* 1 received.*/yes/p'
}

check_ip()
{
    up --left full-cone@model --right double@model,trap=on
    tap_equal 'echoes come back' "$(ping_says left server4)" yes
    tap_equal 'through two of them as well' "$(ping_says right server4)" yes
    tap_equal 'from the router itself, too' "$(ping_says left 192.168.1.1)" yes
    tap_equal 'a model is one hop' "$(ping_says left -t 1 server4)" 192.168.1.1
    tap_equal 'and what is behind it the next' "$(ping_says left -t 2 server4)" 192.0.2.1
    tap_equal 'two are two' "$(
        ping_says right -t 2 server4
        ping_says right -t 3 server4
    )" '100.64.18.1
192.0.2.1'
    tap_equal 'fragments pass, out and in' "$(ping_says left -s 4000 server4)" yes
    tap_equal 'IPv6 is routed' "$(ping_says left -6 server6)" yes
    tap_equal 'behind a firewall' "$(ping_says server -6 2001:db8:1::10)" ''
    tap_equal 'a kernel forwards nothing past it' \
        "$(in_lab server ping -c 1 -W 1 192.168.1.10 2> /dev/null | grep -c ' 1 received')" 0
    down
    up --left full-cone@model,fragments=dropped --right open@model
    tap_equal 'fragments=dropped drops them' "$(ping_says left -s 4000 server4)" ''
    tap_equal 'open@model lets IPv6 in' "$(ping_says server -6 2001:db8:2::10)" yes
    tap_equal 'and IPv4' "$(ping_says server 203.0.113.10)" yes
    down
}

# A few megabytes, so that segments are full and windows large.
check_tcp()
{
    head -c 8000000 /dev/urandom > "$scratch/sent"
    up --left port-restricted@model --right full-cone@model --delay 1
    in_lab server nc.openbsd -l -N 8000 > "$scratch/received" &
    sleep 0.2
    in_lab left nc.openbsd -N -w 5 server4 8000 < "$scratch/sent"
    wait
    tap_check 'what TCP carries arrives unchanged' "$(cmp "$scratch/sent" "$scratch/received" 2>&1)"
    in_lab server sh -c "exec nc.openbsd -l -N 8000 < '$scratch/sent'" > /dev/null &
    sleep 0.2
    in_lab right nc.openbsd -w 5 server4 8000 < /dev/null > "$scratch/received"
    wait
    tap_check 'in the other direction as well' "$(cmp "$scratch/sent" "$scratch/received" 2>&1)"
    down
}

# answers SPEC: to a datagram and to a SYN that nobody asked for.
answers()
{
    up --left "$1" --right open
    in_lab right "$plain" knocker 198.51.100.1:4000
    in_lab right nc.openbsd -z -w 1 198.51.100.1 4000 2> /dev/null
    in_lab right sh -c 'nc.openbsd -v -z -w 1 198.51.100.1 4000 2>&1' |
        sed -n 's/.*\(refused\|timed out\|No route\).*/\1/p'
    down
}

check_answers()
{
    tap_equal 'by default nobody is answered' "$(answers full-cone@model)" 'nothing
timed out'
    tap_equal 'answer=icmp and syn=reset say no' \
        "$(answers port-restricted@model,answer=icmp,syn=reset)" 'refused
refused'
    tap_equal 'syn=icmp says it by ICMP' "$(answers full-cone@model,syn=icmp)" 'nothing
refused'
}

check_limits()
{
    up --left full-cone@model,per-host=3 --right full-cone@model,lifetime=0.5,mappings=2,full=evict
    tap_equal 'per-host=3 is three mappings' "$(
        for port in 7001 7002 7003 7004; do
            in_lab left "$plain" asker $port 2> /dev/null || echo none
        done
    )" '198.51.100.1:7001
198.51.100.1:7002
198.51.100.1:7003
none'
    tap_equal 'but three more for another host' "$(in_lab second "$plain" asker 7005)" \
        198.51.100.1:7005
    tap_equal 'full=evict always has room' "$(
        for port in 7001 7002 7003 7004; do
            in_lab right "$plain" asker $port 2> /dev/null || echo none
        done | tail -n 1
    )" 203.0.113.1:7004
    down
    up --left full-cone@model,pps=50
    tap_check 'pps=50 lets hardly more through' "$(
        in_lab left "$plain" pinger 1000 | tr ' ' '\n' | sed -n 's/^received=//p' |
            awk '$1 < 1 || $1 > 60'
    )"
    down
}

lab_begin
check_ip
check_tcp
check_answers
check_limits
tap_end
