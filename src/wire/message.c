/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire/message.h"

#include "wire/profile.h"
#include "wire/text.h"
#include "wire/value.h"

#include <string.h>

#define MAX_WORD 32
/* The largest number that every JSON implementation keeps (RFC 8259, section 6); in microseconds
 * 285 years. */
#define MAX_EXACT ((G_GINT64_CONSTANT(1) << 53) - 1)

typedef enum {
    TYPE_NUMBER,    /* guint */
    TYPE_BOOLEAN,   /* gboolean */
    TYPE_TIME,      /* NpTime, microseconds on the wire */
    TYPE_CALL,      /* guint64, 16 hexadecimal digits */
    TYPE_ID,        /* char[NP_RENDEZVOUS_ID_SIZE] */
    TYPE_TEXT,      /* char[NP_RENDEZVOUS_TEXT_SIZE] */
    TYPE_BYTES,     /* guint8[size], hexadecimal */
    TYPE_ADDRESSES, /* NpRendezvousAddresses */
    TYPE_REASON,
    TYPE_ROLE,
    TYPE_PROFILE,
} Type;

#define FIELD(name, type, member)                                                                  \
    {                                                                                              \
        name, type, G_STRUCT_OFFSET(NpRendezvousMessage, member),                                  \
            sizeof(((NpRendezvousMessage *)NULL)->member)                                          \
    }

static const struct {
    const char *name;
    Type type;
    gsize offset;
    gsize size;
} fields[NP_RENDEZVOUS_N_FIELDS] = {
    [NP_RENDEZVOUS_FIELD_VERSION] = FIELD("version", TYPE_NUMBER, version),
    [NP_RENDEZVOUS_FIELD_ID] = FIELD("id", TYPE_ID, id),
    [NP_RENDEZVOUS_FIELD_PEER] = FIELD("peer", TYPE_ID, peer),
    [NP_RENDEZVOUS_FIELD_CALL] = FIELD("call", TYPE_CALL, call),
    [NP_RENDEZVOUS_FIELD_SESSION] = FIELD("session", TYPE_BYTES, session),
    [NP_RENDEZVOUS_FIELD_RESUMED] = FIELD("resumed", TYPE_BOOLEAN, resumed),
    [NP_RENDEZVOUS_FIELD_ACCESS] = FIELD("access", TYPE_TEXT, access),
    [NP_RENDEZVOUS_FIELD_SOFTWARE] = FIELD("software", TYPE_TEXT, software),
    [NP_RENDEZVOUS_FIELD_CAPABILITIES] = FIELD("capabilities", TYPE_NUMBER, capabilities),
    [NP_RENDEZVOUS_FIELD_PROFILE] = FIELD("profile", TYPE_PROFILE, profile),
    [NP_RENDEZVOUS_FIELD_REASON] = FIELD("reason", TYPE_REASON, reason),
    [NP_RENDEZVOUS_FIELD_RETRY] = FIELD("retry", TYPE_TIME, retry),
    [NP_RENDEZVOUS_FIELD_TIME] = FIELD("time", TYPE_TIME, time),
    [NP_RENDEZVOUS_FIELD_SERVER_TIME] = FIELD("server_time", TYPE_TIME, server_time),
    [NP_RENDEZVOUS_FIELD_START] = FIELD("start", TYPE_TIME, start),
    [NP_RENDEZVOUS_FIELD_RTT] = FIELD("rtt", TYPE_TIME, rtt),
    [NP_RENDEZVOUS_FIELD_KEEPALIVE] = FIELD("keepalive", TYPE_TIME, keepalive),
    [NP_RENDEZVOUS_FIELD_STUN] = FIELD("stun", TYPE_ADDRESSES, stun),
    [NP_RENDEZVOUS_FIELD_OWN] = FIELD("own", TYPE_ADDRESSES, own),
    [NP_RENDEZVOUS_FIELD_REFLEXIVE] = FIELD("reflexive", TYPE_ADDRESSES, reflexive),
    [NP_RENDEZVOUS_FIELD_HOSTS] = FIELD("hosts", TYPE_ADDRESSES, hosts),
    [NP_RENDEZVOUS_FIELD_TOKEN] = FIELD("token", TYPE_BYTES, token),
    [NP_RENDEZVOUS_FIELD_SECRET] = FIELD("secret", TYPE_BYTES, secret),
    [NP_RENDEZVOUS_FIELD_NONCE] = FIELD("nonce", TYPE_BYTES, nonce),
    [NP_RENDEZVOUS_FIELD_KEY] = FIELD("key", TYPE_BYTES, key),
    [NP_RENDEZVOUS_FIELD_SIGNATURE] = FIELD("signature", TYPE_BYTES, signature),
    [NP_RENDEZVOUS_FIELD_FINGERPRINT] = FIELD("fingerprint", TYPE_BYTES, fingerprint),
    [NP_RENDEZVOUS_FIELD_ROLE] = FIELD("role", TYPE_ROLE, role),
    [NP_RENDEZVOUS_FIELD_TEXT] = FIELD("text", TYPE_TEXT, text),
};

static const char *const roles[NP_RENDEZVOUS_N_ROLES] = {
    [NP_RENDEZVOUS_CALLER] = "caller",
    [NP_RENDEZVOUS_CALLEE] = "callee",
};

static NpWireValue
read_addresses(JsonObject *object, const char *name, NpRendezvousAddresses *to)
{
    JsonArray *list = NULL;
    NpWireValue there = np_wire_value_array(object, name, NP_RENDEZVOUS_MAX_ADDRESSES, &list);

    for (guint i = 0; there == NP_WIRE_THERE && i < json_array_get_length(list); i++) {
        const char *text = np_wire_value_text_at(list, i, NP_ADDRESS_TEXT_SIZE - 1);
        NpAddress address = { 0 };

        /* Neither wildcards nor multicast nor port 0: nobody must be sent there. */
        if (text == NULL || !np_address_parse(&address, text, 0) ||
            !np_address_is_destination(&address))
            return NP_WIRE_WRONG;
        np_rendezvous_message_add_address(to, &address);
    }
    return there;
}

static NpWireValue
read_profile(JsonObject *object, const char *name, NpRendezvousMessage *message)
{
    JsonObject *member = NULL;
    NpWireValue there = np_wire_value_object(object, name, &member);
    g_auto(NpProfile) profile = { 0 };

    if (there != NP_WIRE_THERE)
        return there;
    np_profile_init(&profile);
    if (!np_wire_profile_read(&profile, member))
        return NP_WIRE_WRONG;
    np_rendezvous_message_set_profile(message, &profile);
    return NP_WIRE_THERE;
}

static NpWireValue
read_call(JsonObject *object, const char *name, guint64 *call)
{
    guint8 bytes[8];
    NpWireValue there = np_wire_value_bytes(object, name, bytes, sizeof bytes);

    if (there != NP_WIRE_THERE)
        return there;
    *call = 0;
    for (gsize i = 0; i < sizeof bytes; i++)
        *call = *call << 8 | bytes[i];
    return NP_WIRE_THERE;
}

/* The place of @text in @words, or one behind its end. */
static guint
find_word(const char *const *words, guint n, const char *text)
{
    guint i = 0;

    while (i < n && !g_str_equal(words[i], text))
        i++;
    return i;
}

static NpWireValue
read_word(JsonObject *object, const char *name, Type type, gpointer to)
{
    NpRendezvousReason reason = NP_RENDEZVOUS_REASON_GONE;
    const char *text = NULL;
    NpWireValue there = np_wire_value_text(object, name, MAX_WORD, &text);
    guint role = 0;

    if (there != NP_WIRE_THERE)
        return there;
    if (type == TYPE_REASON) {
        /* A reason that a later version knows is still a reason; the end stays an end. */
        np_rendezvous_message_find_reason(text, &reason);
        *(NpRendezvousReason *)to = reason;
        return NP_WIRE_THERE;
    }
    role = find_word(roles, NP_RENDEZVOUS_N_ROLES, text);
    if (role == NP_RENDEZVOUS_N_ROLES)
        return NP_WIRE_WRONG;
    *(NpRendezvousRole *)to = (NpRendezvousRole)role;
    return NP_WIRE_THERE;
}

static NpWireValue
read_field(NpRendezvousMessage *message, JsonObject *object, guint field)
{
    const char *name = fields[field].name;
    gpointer to = G_STRUCT_MEMBER_P(message, fields[field].offset);
    const char *text = NULL;
    gint64 number = 0;
    NpWireValue there = NP_WIRE_ABSENT;

    switch (fields[field].type) {
    case TYPE_NUMBER:
        there = np_wire_value_int(object, name, 0, G_MAXUINT32, &number);
        *(guint *)to = (guint)number;
        return there;
    case TYPE_BOOLEAN:
        return np_wire_value_boolean(object, name, to);
    case TYPE_TIME:
        there = np_wire_value_int(object, name, -MAX_EXACT, MAX_EXACT, &number);
        *(NpTime *)to = number * NP_USEC;
        return there;
    case TYPE_CALL:
        return read_call(object, name, to);
    case TYPE_ID:
    case TYPE_TEXT:
        there = np_wire_value_text(object, name, fields[field].size - 1, &text);
        if (there != NP_WIRE_THERE)
            return there;
        g_strlcpy(to, text, fields[field].size);
        /* In a hello, what is no id gets an answer that says so. */
        return fields[field].type == TYPE_TEXT || message->operation == NP_RENDEZVOUS_HELLO ||
                       np_rendezvous_message_is_id(text)
                   ? NP_WIRE_THERE
                   : NP_WIRE_WRONG;
    case TYPE_BYTES:
        return np_wire_value_bytes(object, name, to, fields[field].size);
    case TYPE_ADDRESSES:
        return read_addresses(object, name, to);
    case TYPE_REASON:
    case TYPE_ROLE:
        return read_word(object, name, fields[field].type, to);
    case TYPE_PROFILE:
        return read_profile(object, name, message);
    }
    return NP_WIRE_WRONG;
}

static NpWireOutcome
read_object(NpRendezvousMessage *message, JsonObject *object)
{
    const char *name = NULL;
    guint operation = 0;
    guint32 known = 0;

    if (np_wire_value_text(object, "op", MAX_WORD, &name) != NP_WIRE_THERE)
        return NP_WIRE_MALFORMED;
    while (
        operation < NP_RENDEZVOUS_N_OPERATIONS &&
        !g_str_equal(name, np_rendezvous_message_operation_name((NpRendezvousOperation)operation)))
        operation++;
    if (operation == NP_RENDEZVOUS_N_OPERATIONS)
        return NP_WIRE_UNKNOWN;
    message->operation = (NpRendezvousOperation)operation;
    known = np_rendezvous_message_required(message->operation) |
            np_rendezvous_message_optional(message->operation);
    for (guint field = 0; field < NP_RENDEZVOUS_N_FIELDS; field++) {
        if ((known >> field & 1) == 0)
            continue;
        switch (read_field(message, object, field)) {
        case NP_WIRE_ABSENT:
            break;
        case NP_WIRE_WRONG:
            return NP_WIRE_MALFORMED;
        case NP_WIRE_THERE:
            message->has |= 1u << field;
            break;
        }
    }
    return np_rendezvous_message_is_complete(message) ? NP_WIRE_OK : NP_WIRE_MALFORMED;
}

NpWireOutcome
np_wire_message_read(NpRendezvousMessage *message, const char *line, gsize size)
{
    g_autoptr(JsonParser) parser = NULL;
    NpWireOutcome outcome = NP_WIRE_MALFORMED;
    JsonNode *root = NULL;

    if (!np_wire_text_is_sound(line, size))
        return NP_WIRE_MALFORMED;
    parser = json_parser_new_immutable();
    if (!json_parser_load_from_data(parser, line, (gssize)size, NULL))
        return NP_WIRE_MALFORMED;
    root = json_parser_get_root(parser);
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root))
        return NP_WIRE_MALFORMED;
    outcome = read_object(message, json_node_get_object(root));
    if (outcome != NP_WIRE_OK) {
        np_rendezvous_message_clear(message);
        *message = (NpRendezvousMessage){ 0 };
    }
    return outcome;
}

static void
write_addresses(JsonObject *object, const char *name, const NpRendezvousAddresses *list)
{
    JsonArray *array = json_array_new();
    char text[NP_ADDRESS_TEXT_SIZE];

    for (guint i = 0; i < list->n; i++)
        json_array_add_string_element(array, np_address_format(&list->at[i], text));
    json_object_set_array_member(object, name, array);
}

static void
write_field(const NpRendezvousMessage *message, JsonObject *object, guint field)
{
    const char *name = fields[field].name;
    gconstpointer from = G_STRUCT_MEMBER_P(message, fields[field].offset);
    char digits[17];

    switch (fields[field].type) {
    case TYPE_NUMBER:
        json_object_set_int_member(object, name, *(const guint *)from);
        break;
    case TYPE_BOOLEAN:
        json_object_set_boolean_member(object, name, *(const gboolean *)from);
        break;
    case TYPE_TIME:
        json_object_set_int_member(object, name, *(const NpTime *)from / NP_USEC);
        break;
    case TYPE_CALL:
        g_snprintf(digits, sizeof digits, "%016" G_GINT64_MODIFIER "x", *(const guint64 *)from);
        json_object_set_string_member(object, name, digits);
        break;
    case TYPE_ID:
    case TYPE_TEXT:
        json_object_set_string_member(object, name, from);
        break;
    case TYPE_BYTES:
        np_wire_value_set_bytes(object, name, from, fields[field].size);
        break;
    case TYPE_ADDRESSES:
        write_addresses(object, name, from);
        break;
    case TYPE_REASON:
        json_object_set_string_member(
            object, name, np_rendezvous_message_reason_name(*(const NpRendezvousReason *)from));
        break;
    case TYPE_ROLE:
        json_object_set_string_member(object, name, roles[*(const NpRendezvousRole *)from]);
        break;
    case TYPE_PROFILE:
        json_object_set_object_member(object, name, np_wire_profile_write(message->profile));
        break;
    }
}

GBytes *
np_wire_message_write(const NpRendezvousMessage *message)
{
    g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
    g_autofree char *json = NULL;
    JsonObject *object = json_object_new();
    gsize size = 0;

    json_node_take_object(root, object);
    json_object_set_string_member(object, "op",
                                  np_rendezvous_message_operation_name(message->operation));
    for (guint field = 0; field < NP_RENDEZVOUS_N_FIELDS; field++)
        if (np_rendezvous_message_has(message, (NpRendezvousField)field))
            write_field(message, object, field);
    json = json_to_string(root, FALSE);
    size = strlen(json);
    /* The newline takes the place of the terminating NUL. */
    json[size] = '\n';
    return g_bytes_new_take(g_steal_pointer(&json), size + 1);
}
