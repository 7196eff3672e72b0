#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# natprobed from outside: what it refuses, where it listens, what it prints
#
# Runs in a network namespace of its own where one can be made, so that its ports are free and its
# addresses known; elsewhere on the loopback addresses of the machine, on ports that look free.

if [ -z "${NATPROBED_TEST_ALONE-}" ] && unshare --map-root-user --net true 2> /dev/null; then
    NATPROBED_TEST_ALONE=1 exec unshare --map-root-user --net "$0" "$@"
fi

. "$(dirname "$0")/tap.sh"

natprobed=$builddir/tools/natprobed
scratch=$(mktemp -d) || exit 99
server=
trap 'stop_server; rm -rf "$scratch"' EXIT

if [ -n "${NATPROBED_TEST_ALONE-}" ]; then
    ip link set lo up || exit 99
    port=3000
else
    port=$((20000 + $$ % 20000))
fi
next=$((port + 1))

# start_server ARGUMENT...: until it says that it listens, or has ended. What else it says at its
# start with -v is there for certain after stop_server.
start_server()
{
    # The shell that becomes natprobed empties the file too, but not before it is looked at below.
    : > "$scratch/err"
    "$natprobed" "$@" > "$scratch/out" 2> "$scratch/err" &
    server=$!
    for _ in $(seq 100); do
        grep -q 'natprobed: STUN on' "$scratch/err" && return 0
        kill -0 $server 2> /dev/null || break
        sleep 0.05
    done
    kill $server 2> /dev/null
    server=
    return 1
}

# stop_server [SIGNAL]: leaves its exit status in $status.
stop_server()
{
    [ -n "$server" ] || return
    kill -s "${1:-TERM}" "$server"
    wait "$server"
    status=$?
    server=
}

# refused MESSAGE ARGUMENT...: ends with status 2 and exactly this sentence.
refused()
{
    local message=$1
    shift
    timeout 10 "$natprobed" "$@" > "$scratch/out" 2> "$scratch/err.refused"
    tap_equal "refuses ${*:-to go on}" "$? $(cat "$scratch/err.refused" "$scratch/out")" \
        "2 natprobed: $message"
}

# A Binding request with the magic cookie, and with an attribute CHANGE-REQUEST of $1.
request='\x00\x01\x00\x00\x21\x12\xa4\x42natprobetest'
change_request()
{
    printf '%s' '\x00\x01\x00\x08\x21\x12\xa4\x42natprobetest\x00\x03\x00\x04\x00\x00\x00\x0'"$1"
}

# ask udp|tcp ADDRESS PORT REQUEST [COUNT]: the first COUNT octets of the answer in hex, nothing if
# there is none for $patience seconds. The socket is connected: it hears that address and port only.
patience=5
ask()
{
    exec 3<> "/dev/$1/$2/$3" || return
    printf "$4" >&3
    timeout $patience dd bs=2048 count=1 status=none <&3 | od -An -v -tx1 | tr -d ' \n' |
        cut -c "1-$((2 * ${5:-2}))"
    exec 3>&-
}
success=0101
error=0111

tap_equal 'tells its version' "$("$natprobed" --version)" \
    "natprobed $(sed -n 's/.*PACKAGE_VERSION "\(.*\)"/\1/p' "$builddir/config.h")"

refused '"here" is no option, and there are no other arguments' here
refused 'Unknown option --lissen' --lissen
refused "--listen 127.0.0.1: a port is needed, as in 192.0.2.1:3478 or [2001:db8::1]:3478" \
    --listen 127.0.0.1
refused '--listen 127.0.0.1:0: "127.0.0.1:0" has port 0: a port lies between 1 and 65535' \
    --listen 127.0.0.1:0
refused '--listen 127.0.0.1:65536: "127.0.0.1:65536" does not end in a port between 1 and 65535' \
    --listen 127.0.0.1:65536
refused '--listen 1.2.3:80: "1.2.3:80" is not a host, host:port or [IPv6]:port' --listen 1.2.3:80
refused "--listen 127.0.0.1:$port: this address was already given by --listen 127.0.0.1:$port" \
    --listen "127.0.0.1:$port" --listen "127.0.0.1:$port"
refused "--listen 127.0.0.1:$port: this overlaps with --listen 0.0.0.0:$port: the wildcard is every address" \
    --listen "0.0.0.0:$port" --listen "127.0.0.1:$port"
refused "--listen 192.0.2.99:$port (TCP): the address is not one of this machine's" \
    --listen "192.0.2.99:$port"
refused "--alternate 127.0.0.1: the alternate must be another address than the listener's" \
    --listen "127.0.0.1:$port" --alternate 127.0.0.1
refused "--alternate 192.0.2.99: 192.0.2.99:$port (TCP): the address is not one of this machine's" \
    --listen "127.0.0.1:$port" --alternate 192.0.2.99
refused "--config $scratch/none: No such file or directory" --config "$scratch/none"

# What is wrong in a file.
file_refused()
{
    printf '%b' "$2" > "$scratch/conf"
    refused "--config $scratch/conf: $1" --config "$scratch/conf"
}
file_refused 'there is no option "lissen"; there are listen, alternate, print, verbose' \
    '[natprobed]\nlissen = 127.0.0.1:1\n'
file_refused 'there is no group [stun], only [natprobed]' '[stun]\nlisten = 127.0.0.1:1\n'
file_refused 'print must be true or false' '[natprobed]\nprint = perhaps\n'

if start_server --print -v --listen "127.0.0.1:$port" --listen "127.0.0.1:$next"; then
    refused "--listen 127.0.0.1:$next (TCP): the port is already in use" --listen "127.0.0.1:$next"
    refused "--listen 0.0.0.0:$port (TCP): the port is already in use" --listen "0.0.0.0:$port"
    tap_equal 'answers on UDP' "$(ask udp 127.0.0.1 "$port" "$request")" $success
    tap_equal 'answers on TCP' "$(ask tcp 127.0.0.1 "$port" "$request")" $success
    tap_equal 'echoes the transaction id' \
        "$(ask udp 127.0.0.1 "$next" "$request" 20 | cut -c 9-40)" \
        "2112a442$(printf natprobetest | od -An -v -tx1 | tr -d ' \n')"
    patience=0.3
    tap_equal 'does not answer what is not STUN' "$(ask udp 127.0.0.1 "$port" 'hello\n')" ''
    tap_equal 'answers from another port where it was not asked' \
        "$(ask udp 127.0.0.1 "$port" "$(change_request 2)")" ''
    patience=5
    tap_equal 'says that it cannot change the address' \
        "$(ask udp 127.0.0.1 "$port" "$(change_request 4)")" $error
    tap_equal 'refuses to change anything on TCP' \
        "$(ask tcp 127.0.0.1 "$port" "$(change_request 2)")" $error
    tap_equal 'prints a datagram as a person reads it' \
        "$(grep -c '^recv 6 bytes from \[127\.0\.0\.1:[0-9]*\]: hello\\n$' "$scratch/out")" 1
    tap_equal 'prints nothing that a terminal would obey' \
        "$(tr -d '\040-\176\n' < "$scratch/out" | wc -c)" 0
    stop_server TERM
    tap_equal 'ends cleanly when told to' $status 0
    tap_equal 'counts what it did' "$(sed -n 's/ over the rate.*//p' "$scratch/err")" \
        'natprobed: 4 requests answered, 2 refused, 0'
else
    tap_check 'listens on two ports' "$(cat "$scratch/err")"
fi

printf '[natprobed]\nlisten = 127.0.0.1:%d;127.0.0.1:%d\nalternate = 127.0.0.2\n' "$port" "$next" \
    > "$scratch/conf"
if start_server -v --config "$scratch/conf"; then
    stop_server INT
    tap_equal 'reads its options from a file' "$(sed -n 's/, other.*: / -> /p' "$scratch/err" | sort)" \
        "natprobed: 127.0.0.1:$port -> 127.0.0.2:$next
natprobed: 127.0.0.1:$next -> 127.0.0.2:$port
natprobed: 127.0.0.2:$port -> 127.0.0.1:$next
natprobed: 127.0.0.2:$next -> 127.0.0.1:$port"
    tap_equal 'ends cleanly when interrupted' $status 0
else
    tap_check 'reads its options from a file' "$(cat "$scratch/err")"
fi

if start_server --listen "0.0.0.0:$port"; then
    tap_equal 'answers from the address that was asked, the first' \
        "$(ask udp 127.0.0.1 "$port" "$request")" $success
    tap_equal 'answers from the address that was asked, another' \
        "$(ask udp 127.0.0.77 "$port" "$request")" $success
    stop_server
else
    tap_check 'listens on a wildcard' "$(cat "$scratch/err")"
fi

if command -v nc > /dev/null && nc -h 2>&1 | grep -q OpenBSD; then
    nc -klU -u "$scratch/manager" > "$scratch/notices" 2> /dev/null &
    manager=$!
    for _ in $(seq 100); do
        [ -S "$scratch/manager" ] && break
        sleep 0.02
    done
    export NOTIFY_SOCKET="$scratch/manager"
    timeout 10 "$natprobed" --listen 192.0.2.99:1 2> /dev/null
    tap_equal 'tells its manager nothing when it cannot listen' \
        "$(tr '\0' '\n' < "$scratch/notices")" ''
    start_server -v --listen "127.0.0.1:$port"
    stop_server
    unset NOTIFY_SOCKET
    kill $manager
    wait $manager 2> /dev/null
    tap_equal 'tells its manager when it is ready and when it stops' \
        "$(grep -ao 'READY=1\|STOPPING=1' "$scratch/notices")" 'READY=1
STOPPING=1'
else
    tap_skip 'tells its manager when it is ready and when it stops' 'this needs the nc of OpenBSD'
fi

if [ -n "${NATPROBED_TEST_ALONE-}" ]; then
    if start_server; then
        for where in 127.0.0.1/3478 127.0.0.1/3479 ::1/3478 ::1/3479; do
            for transport in udp tcp; do
                tap_equal "listens by default on $transport $where" \
                    "$(ask $transport ${where%/*} ${where#*/} "$request")" $success
            done
        done
        stop_server
    else
        tap_check 'listens by default' "$(cat "$scratch/err")"
    fi
    # Two public addresses on two links, and two private ones that do not belong together.
    for pair in one:198.51.100.1/24 two:203.0.113.1/24 three:10.1.0.1/16 four:10.2.0.1/16; do
        name=${pair%%:*}
        ip link add "$name" type veth peer name "peer-$name" &&
            ip addr add "${pair#*:}" dev "$name" && ip link set "$name" up
    done
    if start_server -v --listen 0.0.0.0:2222 --listen 0.0.0.0:3333; then
        stop_server
        tap_equal 'needs no option where it has two public addresses' \
            "$(sed -n 's/.*: \(.*:2222\), other address: /\1 -> /p' "$scratch/err" | sort)" \
            '10.1.0.1:2222 -> none
10.2.0.1:2222 -> none
127.0.0.1:2222 -> none
198.51.100.1:2222 -> 203.0.113.1:3333
203.0.113.1:2222 -> 198.51.100.1:3333'
    else
        tap_check 'needs no option where it has two public addresses' "$(cat "$scratch/err")"
    fi
else
    tap_skip 'listens by default, and needs no option for two addresses' \
        'no network namespace can be made here'
fi

tap_end
