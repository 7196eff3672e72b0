#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# natprobe finds the same with a server that nobody here wrote
#
# coturn's turnserver on two addresses speaks RFC 5780. Asked on its first one, it lets natprobe see
# what natprobed does; asked on its second one it names itself as the other address and never
# answers from the first (4.6.1), so that part of the truth has to stay open, and no part may be
# false.

. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/judge.sh"

presets='open firewall full-cone restricted port-restricted symmetric-random symmetric-sequential
    address-dependent double'
axes='nat mapping filtering hairpin allocation unsolicited'

lab_begin
command -v turnserver > /dev/null || tap_skip_all 'coturn is not installed'

# run_lab PRESET SERVER: what natprobe says on the server's first and second address.
run_lab()
{
    local server=

    [ "$2" = natprobed ] ||
        server='exec turnserver -c /dev/null -n --stun-only --no-cli --no-tls --no-dtls \
            -L $NATLAB_SERVER -L $NATLAB_SERVER_ALT -p 3478 --alt-listening-port 3479 \
            --log-file=stdout --pidfile=/dev/null'
    timeout 60 "$natlab" run --left "$1" --delay 5 ${server:+--server-cmd "$server"} -- sh -c "
        '$natprobe' -4 --json \$NATLAB_SERVER > '$scratch/$1.$2.first'
        '$natprobe' -4 --format tap --undecided pass --expect '$(truth_of "$1")' \
            \$NATLAB_SERVER_ALT > '$scratch/$1.$2.second' 2>&1" > "$scratch/$1.$2.log" 2>&1
}

for preset in $presets; do
    run_lab "$preset" natprobed &
    run_lab "$preset" coturn &
    [ "$(jobs -pr | wc -l)" -lt 8 ] || wait
done
wait

# verdicts FILE: a line for each axis.
verdicts()
{
    for axis in $axes; do
        printf '%s %s\n' "$axis" "$(json_get "udp.$axis.verdict" < "$1")"
    done
}

for preset in $presets; do
    tap_equal "$preset: coturn's first address and natprobed's tell the same" \
        "$(verdicts "$scratch/$preset.coturn.first")" \
        "$(verdicts "$scratch/$preset.natprobed.first")"
    tap_check "$preset: mapping and filtering are the truth" "$(
        for axis in mapping filtering; do
            told=$(json_get "udp.$axis.verdict" < "$scratch/$preset.coturn.first")
            case ,$(truth_of "$preset"), in
            *",$axis=$told,"*) ;;
            *) echo "$axis: $told" ;;
            esac
        done
    )"
    tap_check "$preset: coturn's second address makes nothing false" "$(
        grep -q '^ok' "$scratch/$preset.coturn.second" || cat "$scratch/$preset.coturn.log"
        grep '^not ok' "$scratch/$preset.coturn.second"
    )"
done

# Not only not false: what stays open behind a cone is said, with what would tell.
tap_equal "what coturn's second address cannot tell is said" \
    "$(sed -n 's/^ok.* - \([a-z]*\)=.*# SKIP undecided: .* would tell$/\1/p' \
        "$scratch/full-cone.coturn.second" | paste -sd ' ')" 'mapping filtering'

tap_end
