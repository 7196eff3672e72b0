/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "stun/attribute.h"

/* RFC 8489, section 14: types from here on may be ignored by who does not know them. */
#define FIRST_OPTIONAL 0x8000

const char *
np_stun_attribute_name(guint16 type)
{
    static const struct {
        NpStunAttributeType type;
        const char *name;
    } names[] = {
        { NP_STUN_ATTR_MAPPED_ADDRESS, "MAPPED-ADDRESS" },
        { NP_STUN_ATTR_RESPONSE_ADDRESS, "RESPONSE-ADDRESS" },
        { NP_STUN_ATTR_CHANGE_REQUEST, "CHANGE-REQUEST" },
        { NP_STUN_ATTR_SOURCE_ADDRESS, "SOURCE-ADDRESS" },
        { NP_STUN_ATTR_CHANGED_ADDRESS, "CHANGED-ADDRESS" },
        { NP_STUN_ATTR_USERNAME, "USERNAME" },
        { NP_STUN_ATTR_PASSWORD, "PASSWORD" },
        { NP_STUN_ATTR_MESSAGE_INTEGRITY, "MESSAGE-INTEGRITY" },
        { NP_STUN_ATTR_ERROR_CODE, "ERROR-CODE" },
        { NP_STUN_ATTR_UNKNOWN_ATTRIBUTES, "UNKNOWN-ATTRIBUTES" },
        { NP_STUN_ATTR_REFLECTED_FROM, "REFLECTED-FROM" },
        { NP_STUN_ATTR_REALM, "REALM" },
        { NP_STUN_ATTR_NONCE, "NONCE" },
        { NP_STUN_ATTR_MESSAGE_INTEGRITY_SHA256, "MESSAGE-INTEGRITY-SHA256" },
        { NP_STUN_ATTR_PASSWORD_ALGORITHM, "PASSWORD-ALGORITHM" },
        { NP_STUN_ATTR_USERHASH, "USERHASH" },
        { NP_STUN_ATTR_XOR_MAPPED_ADDRESS, "XOR-MAPPED-ADDRESS" },
        { NP_STUN_ATTR_PRIORITY, "PRIORITY" },
        { NP_STUN_ATTR_USE_CANDIDATE, "USE-CANDIDATE" },
        { NP_STUN_ATTR_PADDING, "PADDING" },
        { NP_STUN_ATTR_RESPONSE_PORT, "RESPONSE-PORT" },
        { NP_STUN_ATTR_PASSWORD_ALGORITHMS, "PASSWORD-ALGORITHMS" },
        { NP_STUN_ATTR_ALTERNATE_DOMAIN, "ALTERNATE-DOMAIN" },
        { NP_STUN_ATTR_DRAFT_XOR_MAPPED_ADDRESS, "XOR-MAPPED-ADDRESS (draft)" },
        { NP_STUN_ATTR_SOFTWARE, "SOFTWARE" },
        { NP_STUN_ATTR_ALTERNATE_SERVER, "ALTERNATE-SERVER" },
        { NP_STUN_ATTR_FINGERPRINT, "FINGERPRINT" },
        { NP_STUN_ATTR_ICE_CONTROLLED, "ICE-CONTROLLED" },
        { NP_STUN_ATTR_ICE_CONTROLLING, "ICE-CONTROLLING" },
        { NP_STUN_ATTR_RESPONSE_ORIGIN, "RESPONSE-ORIGIN" },
        { NP_STUN_ATTR_OTHER_ADDRESS, "OTHER-ADDRESS" },
        { NP_STUN_ATTR_NATPROBE_COOKIE, "NATPROBE-COOKIE" },
        { NP_STUN_ATTR_NATPROBE_FILL, "NATPROBE-FILL" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i].type == type)
            return names[i].name;
    return NULL;
}

gboolean
np_stun_attribute_is_required(guint16 type)
{
    return type < FIRST_OPTIONAL;
}

gboolean
np_stun_attribute_is_xored(guint16 type)
{
    return type == NP_STUN_ATTR_XOR_MAPPED_ADDRESS || type == NP_STUN_ATTR_DRAFT_XOR_MAPPED_ADDRESS;
}
