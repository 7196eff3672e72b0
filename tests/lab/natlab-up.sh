#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Labs that stay: natlab up, exec, reboot, down

. "$(dirname "$0")/lab.sh"

# The processes of these labs bear this, and nobody else's do.
mark=natlab-up-test-$$
lab=test-$$
serve="exec '$plain' observer"

# What is left of them, after the second that the kernel may take to tidy up. The name of a lab is a
# socket's.
remains()
{
    for _ in $(seq 20); do
        left=$(
            grep -lsz "^NATLAB_MARK=$mark\$" /proc/[0-9]*/environ
            grep -s "natlab/[0-9]*/$lab" /proc/net/unix
        )
        [ -n "$left" ] || return
        sleep 0.05
    done
    printf '%s\n' "$left"
}

up()
{
    NATLAB_MARK=$mark "$natlab" up "$lab" --server-cmd "$serve" "$@"
}

in_lab()
{
    NATLAB_MARK=$mark "$natlab" exec "$lab" "$@"
}

# seen SIDE: the external endpoint of port 7000.
seen()
{
    in_lab "$1" "$plain" asker 7000
}

check_commands()
{
    tap_check 'a lab is up when natlab returns' "$(
        up --left full-cone --right double@model --delay 1 2>&1 || echo "$?"
    )"
    tap_equal 'a command is told where it is, and keeps its directory and environment' "$(
        cd "$scratch" && HERE=yes in_lab right sh -c \
            'echo $NATLAB_SIDE $NATLAB_PEER $NATLAB_SPEC $NATLAB_EXTERNAL $HERE $PWD'
    )" "right left double@model 203.0.113.1 yes $scratch"
    in_lab left sh -c 'exit 7'
    tap_equal 'its exit status is that of natlab' $? 7
    in_lab left sh -c 'kill -KILL $$'
    tap_equal 'or 128 and the signal that ended it' $? 137
    in_lab left ./no-such-program 2> /dev/null
    tap_equal 'one that is not there is 127' $? 127
    tap_equal 'it can read, and write where natlab does' \
        "$(echo question | in_lab server -- cat)" question
    tap_equal 'hosts and server reach each other' "$(
        in_lab left ping -c 1 -W 1 server > /dev/null && in_lab second ping -c 1 -W 1 server4 \
            > /dev/null && in_lab right ping -c 1 -W 1 server > /dev/null; echo $?
    )" 0
    "$natlab" exec "$lab" left sleep 100 &
    sleep 0.2
    kill -TERM $!
    wait $!
    tap_equal 'signals sent to natlab reach the command' $? 143
    "$natlab" exec "$lab" left sh -c "touch '$scratch/runs'; exec sleep 100" &
    sleep 0.2
    kill -KILL $!
    wait $! 2> /dev/null
    # Not every container has an init that buries the dead.
    tap_equal 'and it does not outlive natlab' "$(
        in_lab left ps -o s=,args= -C sleep | sed '/^Z/d'
        [ -e "$scratch/runs" ] || echo 'it did not run'
    )" ''
}

# said ARGUMENTS...: exit status, and how many lines were said.
said()
{
    "$natlab" "$@" > /dev/null 2> "$scratch/said"
    echo "$? $(wc -l < "$scratch/said" | tr -d ' ')"
}

check_usage()
{
    tap_equal 'a name that is taken is one sentence and exit 2' "$(said up "$lab")" '2 1'
    tap_equal 'so is one that cannot be' "$(said up a/b)" '2 1'
    tap_equal 'and a lab that is not there' "$(said exec no-such-lab left true)" '2 1'
    tap_equal 'which names those that are' "$(grep -c "$lab" "$scratch/said")" 1
    tap_equal 'and a host that is not there' "$(said exec "$lab" third true)" '2 1'
    tap_equal 'and a NAT that is not there' "$(said reboot "$lab" left 2)" '2 1'
    tap_equal 'and a missing command' "$(said exec "$lab" left)" '2 1'
    tap_equal 'and an end of nothing' "$(said down)" '2 1'
}

check_down()
{
    "$natlab" down "$lab"
    tap_equal 'natlab down ends it' $? 0
    tap_check 'and leaves nothing behind' "$(remains)"
    tap_equal 'after which there is none to end' "$(said down "$lab")" '2 1'
}

# check_reboot NAME LEFT RIGHT: rebooting one side must not concern the other.
check_reboot()
{
    up --left "$2" --right "$3"
    before=$(seen left) other=$(seen right)
    tap_equal "$1 keeps a mapping from one command to the next" "$(seen left)" "$before"
    "$natlab" reboot "$lab" left
    tap_check 'and forgets it when rebooted' "$(
        after=$(seen left)
        [ -n "$after" ] && [ "$after" != "$before" ] || echo "still $after"
    )"
    tap_equal 'while the other side does not' "$(seen right)" "$other"
    "$natlab" down "$lab"
}

check_layers()
{
    up --left full-cone,allocation=random+full-cone@model
    before=$(seen left)
    "$natlab" reboot "$lab" left 2
    tap_equal 'rebooting the outer NAT leaves the inner one its ports' "$(seen left)" "$before"
    "$natlab" reboot "$lab" left 1
    tap_check 'and the other way round' "$([ "$(seen left)" != "$before" ] || echo "still $before")"
    "$natlab" reboot "$lab"
    tap_equal 'all can be rebooted at once' $? 0
    "$natlab" down "$lab"
}

# Processes of the lab, the oldest first: the holder, then the keeper.
members()
{
    pgrep -fx "$natlab up $lab .*"
}

check_death()
{
    for who in holder keeper; do
        up --left double --right full-cone@model --delay 5
        in_lab left sleep 100 2> /dev/null &
        sleep 0.2
        kill -KILL "$(members | sed -n "$([ $who = holder ] && echo 1 || echo 2)p")"
        wait
        tap_check "a $who that is killed leaves nothing behind" "$(remains)"
    done
    up --left full-cone@model
    pkill -KILL -P "$(members | sed -n 2p)" -fx "$natlab up $lab .*"
    tap_check 'nor does a lab whose NAT is killed: it ends' "$(remains)"
}

check_failure()
{
    "$natlab" up "$lab" --server-cmd "$serve" --log /nonexistent/log > /dev/null 2>&1
    tap_equal 'a log that cannot be written is no lab' $? 2
    tap_check 'and nothing is left of the attempt' "$(remains)"
    up --log "$scratch/log" --server-cmd 'echo here; exec sleep 100'
    tap_equal 'what the server says is in the log' "$(cat "$scratch/log")" here
    "$natlab" down "$lab"
}

check_pipes()
{
    # Would wait for the lab if that held the pipe.
    timeout 5 sh -c "\"$natlab\" up '$lab' --server-cmd 'sleep 100' 2>&1 | cat"
    tap_equal 'a lab does not hold open what natlab was given' $? 0
    "$natlab" down "$lab"
}

# The programs are copied to where an ordinary user may read them.
check_users()
{
    what='an ordinary user has labs of his own, even of the same name'
    if [ "$(id -u)" != 0 ] || ! setpriv --reuid 65534 --regid 65534 --clear-groups \
        unshare --user --map-root-user --net true 2> /dev/null; then
        tap_skip "$what" 'that takes root, and user namespaces for others'
        return
    fi
    mkdir "$scratch/public"
    cp "$natlab" "$plain" "$scratch/public"
    chmod -R a+rx "$scratch"
    up --left full-cone
    tap_equal "$what" "$(
        cd "$scratch/public" && setpriv --reuid 65534 --regid 65534 --clear-groups sh -c "
            ./natlab up $lab --left symmetric-sequential@model --delay 1 \
                --server-cmd 'exec ./plain observer' &&
            ./natlab exec $lab left ./plain pinger 100 | tr ' ' '\n' | sed -n 's/^received=//p'
            ./natlab exec $lab left sh -c 'echo \$NATLAB_SPEC'
            ./natlab reboot $lab && ./natlab down $lab && echo down"
    )" '100
symmetric-sequential@model
down'
    tap_equal 'and does not touch those of others' "$(in_lab left sh -c 'echo $NATLAB_SPEC')" \
        full-cone
    "$natlab" down "$lab"
}

lab_begin
check_commands
check_usage
check_down
check_reboot 'the kernel' full-cone,allocation=random full-cone,allocation=random
check_reboot 'the model' full-cone@model,allocation=random full-cone@model,allocation=random
check_layers
check_death
check_failure
check_pipes
check_users
tap_check 'after all that nothing is left' "$(remains)"
tap_end
