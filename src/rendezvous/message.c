/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rendezvous/message.h"

#include <string.h>

#define BIT(field) (1u << NP_RENDEZVOUS_FIELD_##field)
#define ABOUT_CALL (BIT(PEER) | BIT(CALL))

static const struct {
    const char *name;
    guint32 required;
    guint32 optional;
} operations[NP_RENDEZVOUS_N_OPERATIONS] = {
    [NP_RENDEZVOUS_HELLO] = { "hello", BIT(VERSION) | BIT(TIME),
                              BIT(ID) | BIT(SESSION) | BIT(ACCESS) | BIT(SOFTWARE) |
                                  BIT(CAPABILITIES) | BIT(PROFILE) },
    [NP_RENDEZVOUS_WELCOME] = { "welcome",
                                BIT(VERSION) | BIT(ID) | BIT(SESSION) | BIT(RESUMED) | BIT(TIME) |
                                    BIT(SERVER_TIME) | BIT(KEEPALIVE),
                                BIT(STUN) | BIT(SOFTWARE) },
    [NP_RENDEZVOUS_REFUSED] = { "refused", BIT(REASON), BIT(RETRY) | BIT(TEXT) },
    [NP_RENDEZVOUS_PING] = { "ping", BIT(TIME), 0 },
    [NP_RENDEZVOUS_PONG] = { "pong", BIT(TIME) | BIT(SERVER_TIME), 0 },
    [NP_RENDEZVOUS_CALL] = { "call", BIT(PEER), BIT(CALL) | BIT(CAPABILITIES) },
    [NP_RENDEZVOUS_RINGING] = { "ringing", ABOUT_CALL, 0 },
    [NP_RENDEZVOUS_ACCEPT] = { "accept", ABOUT_CALL, 0 },
    [NP_RENDEZVOUS_REJECT] = { "reject", ABOUT_CALL, 0 },
    [NP_RENDEZVOUS_CANCEL] = { "cancel", BIT(PEER), BIT(CALL) },
    [NP_RENDEZVOUS_END] = { "end", BIT(PEER) | BIT(REASON), BIT(CALL) },
    [NP_RENDEZVOUS_TOKEN] = { "token", ABOUT_CALL | BIT(TOKEN) | BIT(SECRET), 0 },
    [NP_RENDEZVOUS_ECHO] = { "echo", ABOUT_CALL | BIT(NONCE), 0 },
    [NP_RENDEZVOUS_READY] = { "ready", ABOUT_CALL | BIT(KEY) | BIT(SIGNATURE) | BIT(RTT),
                              BIT(HOSTS) | BIT(PROFILE) },
    [NP_RENDEZVOUS_PUSH] = { "push",
                             ABOUT_CALL | BIT(ROLE) | BIT(START) | BIT(SERVER_TIME) | BIT(OWN) |
                                 BIT(REFLEXIVE) | BIT(HOSTS) | BIT(KEY) | BIT(SIGNATURE) |
                                 BIT(FINGERPRINT),
                             BIT(PROFILE) | BIT(CAPABILITIES) },
    [NP_RENDEZVOUS_SAY] = { "say", BIT(TEXT), 0 },
    [NP_RENDEZVOUS_TELL] = { "tell", BIT(TEXT), 0 },
};

static const struct {
    const char *name;
    const char *text;
} reasons[NP_RENDEZVOUS_N_REASONS] = {
    [NP_RENDEZVOUS_REASON_REJECTED] = { "rejected", "the peer rejected the call" },
    [NP_RENDEZVOUS_REASON_CANCELLED] = { "cancelled", "the other side gave the call up" },
    [NP_RENDEZVOUS_REASON_ABSENT] = { "absent", "the peer is not logged in" },
    [NP_RENDEZVOUS_REASON_GONE] = { "gone", "the peer left in the middle of the call" },
    [NP_RENDEZVOUS_REASON_UNANSWERED] = { "unanswered", "the peer did not answer the call" },
    [NP_RENDEZVOUS_REASON_NOT_READY] = { "not-ready", "the two sides were not ready in time" },
    [NP_RENDEZVOUS_REASON_BUSY] = { "busy", "too many calls are going on" },
    [NP_RENDEZVOUS_REASON_SELF] = { "self", "the id is one's own" },
    [NP_RENDEZVOUS_REASON_ID_TAKEN] = { "id-taken", "the id belongs to another key" },
    [NP_RENDEZVOUS_REASON_ID_INVALID] = { "id-invalid",
                                          "an id is 1 to 64 letters, digits and any of - _ . @, "
                                          "and starts with neither - nor ." },
    [NP_RENDEZVOUS_REASON_UNAUTHORIZED] = { "unauthorized",
                                            "the server wants an access token, and not this one" },
    [NP_RENDEZVOUS_REASON_VERSION] = { "version", "the server speaks another protocol version" },
    [NP_RENDEZVOUS_REASON_FULL] = { "full", "the server has as many peers as it may" },
    [NP_RENDEZVOUS_REASON_TOO_FAST] = { "too-fast", "that was too much at a time" },
    [NP_RENDEZVOUS_REASON_REPLACED] = { "replaced", "the same key has logged in again" },
    [NP_RENDEZVOUS_REASON_SILENT] = { "silent", "nothing was heard for too long" },
    [NP_RENDEZVOUS_REASON_NOT_LOGGED_IN] = { "not-logged-in", "a hello must come first" },
    [NP_RENDEZVOUS_REASON_LOGGED_IN] = { "logged-in", "there was a hello already" },
    [NP_RENDEZVOUS_REASON_UNKNOWN] = { "unknown", "there is no such operation" },
    [NP_RENDEZVOUS_REASON_MALFORMED] = { "malformed", "that was not a message" },
    [NP_RENDEZVOUS_REASON_UNAVAILABLE] = { "unavailable",
                                           "the server cannot look ids up at the moment" },
    [NP_RENDEZVOUS_REASON_STOPPING] = { "stopping", "the server is going away" },
};

void
np_rendezvous_message_clear(NpRendezvousMessage *self)
{
    if (self->profile != NULL) {
        np_profile_clear(self->profile);
        g_clear_pointer(&self->profile, g_free);
    }
    self->has &= ~BIT(PROFILE);
}

void
np_rendezvous_message_copy(NpRendezvousMessage *to, const NpRendezvousMessage *from)
{
    *to = *from;
    to->profile = NULL;
    if (from->profile != NULL)
        np_rendezvous_message_set_profile(to, from->profile);
}

gboolean
np_rendezvous_message_has(const NpRendezvousMessage *self, NpRendezvousField field)
{
    return (self->has >> field & 1) != 0;
}

void
np_rendezvous_message_set_id(NpRendezvousMessage *self, const char *id)
{
    g_strlcpy(self->id, id, sizeof self->id);
    self->has |= BIT(ID);
}

void
np_rendezvous_message_set_peer(NpRendezvousMessage *self, const char *peer)
{
    g_strlcpy(self->peer, peer, sizeof self->peer);
    self->has |= BIT(PEER);
}

void
np_rendezvous_message_set_call(NpRendezvousMessage *self, guint64 call)
{
    self->call = call;
    self->has |= BIT(CALL);
}

void
np_rendezvous_message_set_text(NpRendezvousMessage *self, const char *text)
{
    const char *end = NULL;

    g_strlcpy(self->text, text, sizeof self->text);
    /* What was cut in the middle of a character ends before it. */
    if (!g_utf8_validate(self->text, -1, &end))
        self->text[end - self->text] = '\0';
    self->has |= BIT(TEXT);
}

void
np_rendezvous_message_set_reason(NpRendezvousMessage *self, NpRendezvousReason reason)
{
    self->reason = reason;
    self->has |= BIT(REASON);
}

void
np_rendezvous_message_set_profile(NpRendezvousMessage *self, const NpProfile *profile)
{
    np_rendezvous_message_clear(self);
    self->profile = g_new0(NpProfile, 1);
    np_profile_copy(self->profile, profile);
    self->has |= BIT(PROFILE);
}

gboolean
np_rendezvous_message_is_complete(const NpRendezvousMessage *self)
{
    guint32 required = operations[self->operation].required;

    return (self->has & required) == required;
}

const char *
np_rendezvous_message_operation_name(NpRendezvousOperation operation)
{
    return operations[operation].name;
}

guint32
np_rendezvous_message_required(NpRendezvousOperation operation)
{
    return operations[operation].required;
}

guint32
np_rendezvous_message_optional(NpRendezvousOperation operation)
{
    return operations[operation].optional;
}

const char *
np_rendezvous_message_reason_name(NpRendezvousReason reason)
{
    return reasons[reason].name;
}

const char *
np_rendezvous_message_reason_text(NpRendezvousReason reason)
{
    return reasons[reason].text;
}

gboolean
np_rendezvous_message_find_reason(const char *name, NpRendezvousReason *reason)
{
    for (guint i = 0; i < NP_RENDEZVOUS_N_REASONS; i++) {
        if (g_str_equal(reasons[i].name, name)) {
            *reason = (NpRendezvousReason)i;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
np_rendezvous_message_is_id(const char *text)
{
    gsize n = strlen(text);

    if (n == 0 || n > NP_RENDEZVOUS_MAX_ID || text[0] == '.' || text[0] == '-')
        return FALSE;
    for (gsize i = 0; i < n; i++)
        if (!g_ascii_isalnum(text[i]) && strchr("-_.@", text[i]) == NULL)
            return FALSE;
    return TRUE;
}

gboolean
np_rendezvous_message_add_address(NpRendezvousAddresses *list, const NpAddress *address)
{
    if (list->n == NP_RENDEZVOUS_MAX_ADDRESSES)
        return FALSE;
    list->at[list->n] = *address;
    list->n++;
    return TRUE;
}
