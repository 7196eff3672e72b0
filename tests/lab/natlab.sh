#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# natlab itself: its wire, what it tells a command and does with its end, and what it leaves behind

. "$(dirname "$0")/lab.sh"

count=1000

# pinger OPTIONS...: what comes back of so many questions, over the wire these options make.
pinger()
{
    "$natlab" run --left full-cone "$@" --server-cmd "exec '$plain' observer" -- \
        "$plain" pinger $count
}

# field NAME < "NAME=VALUE NAME=VALUE"
field()
{
    tr ' ' '\n' | sed -n "s/^$1=//p"
}

# outside VALUE LEAST MOST: says so if it is.
outside()
{
    awk -v value="$1" -v least="$2" -v most="$3" 'BEGIN {
        if (value == "" || value + 0 < least || value + 0 > most)
            print value " is not within " least " and " most }'
}

# A fair coin thrown often: five standard deviations are one failure in two million.
outside_binomial()
{
    awk -v value="$1" -v n=$count -v p="$2" 'BEGIN {
        most = 5 * sqrt(n * p * (1 - p)) + 0.5
        if (value == "" || value < n * p - most || value > n * p + most)
            print value " of " n " came back; expected " n * p " within " most }'
}

check_wire()
{
    pinger > "$scratch/plain" &
    pinger --delay 20 > "$scratch/delay" &
    wait
    tap_check 'without delay and loss everything comes back' "$(
        outside "$(field received < "$scratch/plain")" $count $count
    )"
    tap_check 'a delay of 20 ms makes a round trip of no less than 40 ms' "$(
        outside "$(field received < "$scratch/delay")" $count $count
        outside "$(field first < "$scratch/delay")" 40 41
    )"
    tap_check 'and of hardly more' "$(outside "$(field median < "$scratch/delay")" 40 42)"

    pinger --delay 5 --loss 20 > "$scratch/loss" &
    pinger --delay 5 --loss 20 > "$scratch/again" &
    wait
    pinger --delay 5 --loss 20 --seed 2 > "$scratch/other" &
    pinger --loss 5 > "$scratch/little" &
    wait
    tap_check 'a loss of 20 % each way is that' "$(
        outside_binomial "$(field received < "$scratch/loss")" 0.64
        outside_binomial "$(field received < "$scratch/other")" 0.64
    )"
    tap_check 'a loss of 5 % each way, without delay, too' "$(
        outside_binomial "$(field received < "$scratch/little")" 0.9025
    )"
    tap_equal 'the same seed loses the same packets' \
        "$(field digest < "$scratch/again")" "$(field digest < "$scratch/loss")"
    tap_check 'another seed loses others' "$(
        [ "$(field digest < "$scratch/other")" != "$(field digest < "$scratch/loss")" ] ||
            cat "$scratch/other"
    )"

    pinger --delay 10 --jitter 10 > "$scratch/jitter"
    tap_check 'jitter adds up to its measure each way, and packets overtake each other' "$(
        outside "$(field first < "$scratch/jitter")" 20 26
        outside "$(field median < "$scratch/jitter")" 28 33
        outside "$(field order < "$scratch/jitter")" 1 $count
    )"
}

# status SCRIPT: of natlab, when its command is that.
status()
{
    "$natlab" run --server-cmd true -- sh -c "$1" > /dev/null 2>&1
    echo $?
}

check_command()
{
    tap_equal 'the exit status is that of the command' "$(status 'exit 7')" 7
    tap_equal 'or 128 and the signal that ended it' "$(status 'kill -KILL $$')" 137
    "$natlab" run --server-cmd true -- ./no-such-program 2> /dev/null
    tap_equal 'a command that is not there is 127' $? 127
    "$natlab" run --both --server-cmd true -- sh -c '[ $NATLAB_SIDE = left ] || exit 5'
    tap_equal 'with --both the worse one counts' $? 5
    tap_equal 'each side is told who and where it is, as are companions' "$(
        "$natlab" run --left double --right open --both --server-cmd true \
            --second-cmd 'echo $NATLAB_SIDE $NATLAB_ADDRESS $NATLAB_EXTERNAL' \
            -- sh -c 'sleep 0.2; echo $NATLAB_SIDE $NATLAB_PEER $NATLAB_SPEC $NATLAB_ADDRESS \
                $NATLAB_EXTERNAL $NATLAB_PEER_EXTERNAL $NATLAB_SERVER $NATLAB_SERVER_ALT' 2>&1 |
            sort
    )" 'left right double 192.168.1.10 198.51.100.1 203.0.113.10 192.0.2.10 192.0.2.20
right left open 203.0.113.10 203.0.113.10 198.51.100.1 192.0.2.10 192.0.2.20
second 192.168.1.11 198.51.100.1'
    tap_equal 'names resolve to both families, others at once to nothing' "$(
        "$natlab" run --right open --server-cmd true -- sh -c '
            getent ahosts server; getent hosts left right; timeout 1 getent hosts nowhere.example
            echo $?' | awk '{ print $1 }' | sort -u
    )" '192.0.2.10
2
2001:db8:1::10
2001:db8:2::10
2001:db8:f::10'
    tap_equal 'IPv6 passes from host to server and to a right side that is open' "$(
        "$natlab" run --left port-restricted --right open --server-cmd true -- sh -c '
            ping -6 -c 1 -W 1 server > /dev/null && ping -6 -c 1 -W 1 right > /dev/null; echo $?'
    )" 0
    tap_equal 'but not to one behind a NAT' "$(
        "$natlab" run --left open --right full-cone --server-cmd true -- sh -c '
            ping -6 -c 1 -W 1 right > /dev/null; echo $?'
    )" 1
    tap_equal 'the command starts when the server listens' "$(
        "$natlab" run --server-cmd "sleep 0.3; exec '$plain' observer" -- "$plain" pinger 1 |
            field received
    )" 1
    tap_equal 'what companions print does not mix with what the command prints' "$(
        "$natlab" run --server-cmd 'echo server' --right-cmd 'echo right' -- echo left 2> /dev/null
    )" left
    tap_equal 'the third site is reached like the others' "$(
        "$natlab" run --third open --server-cmd true -- sh -c 'ping -c 1 -W 1 third > /dev/null; echo $?'
    )" 0
}

# usage ARGUMENTS...: exit status, and how many lines were said.
usage()
{
    "$natlab" "$@" 2>&1 > /dev/null | wc -l > "$scratch/said"
    "$natlab" "$@" > /dev/null 2>&1
    echo "$? $(cat "$scratch/said")"
}

check_usage()
{
    tap_equal 'an unknown command is one sentence and exit 2' "$(usage fly)" '2 1'
    tap_equal 'so is a run without a command' "$(usage run --left open)" '2 1'
    tap_equal 'and a bad SPEC' "$(usage run --left open,colour=red -- true)" '2 1'
    tap_equal 'and a loss that is none' "$(usage run --loss 101 -- true)" '2 1'
    tap_equal 'and a delay below zero' "$(usage run --delay -1 -- true)" '2 1'
    tap_equal 'and an option that is none' "$(usage run --color -- true)" '2 1'
}

# The processes of a lab bear this, and nobody else's do.
mark=natlab-test-$$
# A lab with everything in it, in the background; returns when all its commands run. What a shell
# puts into the background ignores SIGINT unless told otherwise.
start_lab()
{
    : > "$scratch/namespaces"
    NATLAB_MARK=$mark env --default-signal=INT "$natlab" run --left double --right full-cone --delay 5 \
        --server-cmd "$serve" --second-cmd "$linger" --right-cmd "$linger" \
        -- sh -c "$linger" 2> /dev/null &
    lab=$!
    for _ in $(seq 100); do
        [ "$(wc -l < "$scratch/namespaces")" -lt 4 ] || break
        sleep 0.05
    done
}

# What is left of it, after the second that the kernel may take to tidy up.
remains()
{
    for _ in $(seq 20); do
        left=$(
            grep -lsz "^NATLAB_MARK=$mark\$" /proc/[0-9]*/environ
            for namespace in $(cat "$scratch/namespaces"); do
                find /proc/[0-9]*/ns/net -lname "$namespace" 2> /dev/null
                grep -ls "$namespace" /proc/[0-9]*/mountinfo
            done
        )
        [ -n "$left" ] || return
        sleep 0.05
    done
    printf '%s\n' "$left"
}

# ends SIGNAL STATUS: natlab, when it is sent that, ends so and leaves nothing behind.
ends()
{
    start_lab
    tap_equal "a lab is up before SIG$1" "$(wc -l < "$scratch/namespaces" | tr -d ' ')" 4
    kill "-$1" $lab
    wait $lab
    tap_equal "SIG$1 ends natlab with $2" $? "$2"
    tap_check "and nothing is left behind" "$(remains)"
}

check_end()
{
    # Both run long, and tell in which network namespace.
    tell="readlink /proc/self/ns/net >> '$scratch/namespaces'"
    linger="$tell; exec sleep 100"
    serve="$tell; exec '$plain' observer"
    before=$(ip -o link show 2> /dev/null | wc -l)
    : > "$scratch/namespaces"
    NATLAB_MARK=$mark "$natlab" run --server-cmd "$serve" -- sh -c "$tell"
    tap_check 'nothing is left behind after success' "$(remains)"
    : > "$scratch/namespaces"
    NATLAB_MARK=$mark "$natlab" run --server-cmd "$serve" -- sh -c \
        "$tell; sleep 100 & exit 1"
    tap_check 'nor after failure, not even what the command left running' "$(remains)"
    ends TERM 143
    ends INT 130
    ends KILL 137
    tap_equal 'no device has appeared outside' "$(ip -o link show 2> /dev/null | wc -l)" "$before"
}

# While the server gets ready there is no command to end; natlab ends itself.
check_early_end()
{
    env --default-signal=INT "$natlab" run --server-cmd 'sleep 100' -- sh -c 'exit 3' &
    lab=$!
    sleep 0.3
    kill -INT $lab
    wait $lab
    tap_equal 'SIGINT before the command has started ends natlab, too' $? 130
}

check_start()
{
    for _ in 1 2 3 4 5 6 7 8 9; do
        begin=$(date +%s%N)
        "$natlab" run --left double --right port-restricted --server-cmd true -- true
        echo $((($(date +%s%N) - begin) / 1000000))
    done | sort -n > "$scratch/starts"
    median=$(sed -n 5p "$scratch/starts")
    tap_check "a lab of two sites and three NATs is up and down in $median ms (median of 9)" "$(
        outside "$median" 1 300
    )"
}

check_neighbours()
{
    for number in 1 2; do
        "$natlab" run --left port-restricted --server-cmd "exec '$plain' observer" -- sh -c "
            touch '$scratch/here.$number'
            for _ in \$(seq 100); do
                [ -e '$scratch/here.1' ] && [ -e '$scratch/here.2' ] && break
                sleep 0.02
            done
            '$plain' pinger 100" > "$scratch/lab.$number" &
    done
    wait
    tap_equal 'two labs stand side by side and do not meet' \
        "$(cat "$scratch/lab.1" "$scratch/lab.2" | field received | tr '\n' ' ')" '100 100 '
}

# The programs are copied to where an ordinary user may read them.
check_rootless()
{
    what='an ordinary user can do it, with a wire as well'
    if [ "$(id -u)" != 0 ]; then
        tap_check "$what" ''
        return
    fi
    if ! setpriv --reuid 65534 --regid 65534 --clear-groups \
        unshare --user --map-root-user --net true 2> /dev/null; then
        tap_skip "$what" 'ordinary users cannot make namespaces here'
        return
    fi
    mkdir "$scratch/public"
    cp "$natlab" "$plain" "$scratch/public"
    chmod -R a+rx "$scratch"
    tap_equal "$what" "$(
        cd "$scratch/public" && setpriv --reuid 65534 --regid 65534 --clear-groups ./natlab run \
            --left symmetric-random --delay 5 --server-cmd "exec '$scratch/public/plain' observer" \
            -- ./plain pinger 100 | field received
    )" 100
}

# No capability, and a limit of no user namespaces: what natlab says where it is not welcome.
check_refusal()
{
    what='where namespaces are forbidden it says so in one sentence that names the switch'
    # shellcheck disable=SC2016
    said=$(unshare --user --map-root-user sh -c '
        echo 0 > /proc/sys/user/max_user_namespaces &&
            setpriv --bounding-set=-all --inh-caps=-all "$1" run --server-cmd true -- true 2>&1
        echo " $?"' sh "$natlab")
    case $said in
    natlab:*max_user_namespaces*' 2') tap_check "$what" "$(printf '%s\n' "$said" | sed -n '3,$p')" ;;
    *) tap_check "$what" "$said" ;;
    esac
}

lab_begin
check_wire
check_command
check_usage
check_end
check_early_end
check_start
check_neighbours
check_rootless
check_refusal
tap_end
