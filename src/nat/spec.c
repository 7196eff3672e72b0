/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Keys are orthogonal, as the axes are, but a kernel's NAT is not a free choice in all of them: it
 * tracks flows by five-tuple, so a port kept is a mapping kept, and what a filter lets in cannot
 * spoil anything. check_layer() says so before a lab is built that does something else.
 */

#include "nat/spec.h"

#include <string.h>

#define MIN_STEP 1
#define MAX_STEP 1000
#define MIN_BLOCK 8
#define MAX_BLOCK 8192

G_DEFINE_QUARK(np_nat_spec_error, np_nat_spec_error)

typedef struct {
    const char *text; /* what the user wrote: every sentence begins with it */
    const NpNatPreset *preset;
    NpNatBehaviour *layer;
    gboolean trap;
    gint step; /* 0: not given */
    guint size;
} Layer;

typedef gboolean (*Apply)(Layer *self, const char *value);

static gboolean
apply_mapping(Layer *self, const char *value)
{
    guint found = 0;

    if (!np_nat_axis_find_value(NP_NAT_AXIS_MAPPING, value, &found))
        return FALSE;
    self->layer->mapping = (NpNatDependence)found;
    return TRUE;
}

static gboolean
apply_filtering(Layer *self, const char *value)
{
    guint found = 0;

    if (!np_nat_axis_find_value(NP_NAT_AXIS_FILTERING, value, &found))
        return FALSE;
    self->layer->filtering = (NpNatDependence)found;
    return TRUE;
}

static gboolean
apply_allocation(Layer *self, const char *value)
{
    guint found = 0;

    if (!np_nat_axis_find_value(NP_NAT_AXIS_ALLOCATION, value, &found))
        return FALSE;
    self->layer->law.kind = (NpNatAllocation)found;
    return TRUE;
}

static gboolean
apply_step(Layer *self, const char *value)
{
    gint64 step = 0;

    if (!g_ascii_string_to_signed(value, 10, -MAX_STEP, MAX_STEP, &step, NULL) ||
        ABS(step) < MIN_STEP)
        return FALSE;
    self->step = (gint)step;
    return TRUE;
}

static gboolean
apply_size(Layer *self, const char *value)
{
    guint64 size = 0;

    if (!g_ascii_string_to_unsigned(value, 10, MIN_BLOCK, MAX_BLOCK, &size, NULL))
        return FALSE;
    self->size = (guint)size;
    return TRUE;
}

static gboolean
apply_hairpin(Layer *self, const char *value)
{
    static const struct {
        const char *value;
        NpNatHairpin hairpin;
        NpNatHairpinNeeds needs;
    } rows[] = {
        { "off", NP_NAT_HAIRPIN_UNSUPPORTED, NP_NAT_HAIRPIN_NEEDS_NOTHING },
        { "on", NP_NAT_HAIRPIN_SUPPORTED, NP_NAT_HAIRPIN_NEEDS_NOTHING },
        { "both-send", NP_NAT_HAIRPIN_SUPPORTED, NP_NAT_HAIRPIN_NEEDS_BOTH_SEND },
        { "internal", NP_NAT_HAIRPIN_SUPPORTED_INTERNAL, NP_NAT_HAIRPIN_NEEDS_NOTHING },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (g_str_equal(rows[i].value, value)) {
            self->layer->hairpin = rows[i].hairpin;
            self->layer->hairpin_needs = rows[i].needs;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
apply_unsolicited(Layer *self, const char *value)
{
    guint found = 0;

    if (!np_nat_axis_find_value(NP_NAT_AXIS_UNSOLICITED, value, &found))
        return FALSE;
    self->layer->unsolicited = (NpNatUnsolicited)found;
    return TRUE;
}

static gboolean
apply_trap(Layer *self, const char *value)
{
    if (!g_str_equal(value, "on") && !g_str_equal(value, "off"))
        return FALSE;
    self->trap = g_str_equal(value, "on");
    return TRUE;
}

static gboolean
apply_cgn(Layer *self, const char *value)
{
    guint found = 0;

    if (!np_nat_axis_find_value(NP_NAT_AXIS_CGN, value, &found))
        return FALSE;
    self->layer->cgn = found != 0;
    return TRUE;
}

#define DEPENDENCES "endpoint-independent, address-dependent, address-and-port-dependent"

static const struct {
    const char *key;
    const char *values;
    Apply apply;
    gboolean of_router; /* has a meaning without translation, too */
} keys[] = {
    { "mapping", DEPENDENCES, apply_mapping, FALSE },
    { "filtering", DEPENDENCES, apply_filtering, TRUE },
    { "allocation", "preserving, sequential, random, block", apply_allocation, FALSE },
    { "step", "-1000 to 1000 without 0", apply_step, FALSE },
    { "size", "8 to 8192", apply_size, FALSE },
    { "hairpin", "off, on, both-send, internal", apply_hairpin, FALSE },
    { "unsolicited", "harmless, remapped, blocked", apply_unsolicited, TRUE },
    { "trap", "off, on", apply_trap, TRUE },
    { "cgn", "no, yes", apply_cgn, FALSE },
};

static char *
key_names(void)
{
    const char *names[G_N_ELEMENTS(keys) + 1] = { NULL };

    for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
        names[i] = keys[i].key;
    return g_strjoinv(", ", (char **)names);
}

static gboolean
refuse(const Layer *self, GError **error, const char *why)
{
    g_set_error(error, NP_NAT_SPEC_ERROR, NP_NAT_SPEC_ERROR_INVALID, "%s: %s", self->text, why);
    return FALSE;
}

static gboolean
apply_pair(Layer *self, const char *pair, GError **error)
{
    const char *equals = strchr(pair, '=');
    g_autofree char *key = equals == NULL ? g_strdup(pair) : g_strndup(pair, equals - pair);
    g_autofree char *names = key_names();
    g_autofree char *why = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (!g_str_equal(keys[i].key, key))
            continue;
        if (!self->layer->reachable || (!self->layer->translated && !keys[i].of_router))
            why = g_strdup_printf("%s has no %s", self->preset->name, key);
        else if (equals == NULL || !keys[i].apply(self, equals + 1))
            why = g_strdup_printf("%s=%s is not one of: %s", key, equals == NULL ? "" : equals + 1,
                                  keys[i].values);
        return why == NULL || refuse(self, error, why);
    }
    why = g_strdup_printf("there is no key \"%s\"; the keys are %s", key, names);
    return refuse(self, error, why);
}

/* The numbers that go with a kind of allocation, once all keys are read. */
static gboolean
settle_law(Layer *self, GError **error)
{
    NpNatLaw *law = &self->layer->law;

    if (self->step != 0 && law->kind != NP_NAT_SEQUENTIAL)
        return refuse(self, error, "step= goes with allocation=sequential only");
    if (self->size != 0 && law->kind != NP_NAT_BLOCK)
        return refuse(self, error, "size= goes with allocation=block only");
    switch (law->kind) {
    case NP_NAT_PRESERVING:
        *law = (NpNatLaw){ .kind = law->kind };
        break;
    case NP_NAT_SEQUENTIAL:
        *law = (NpNatLaw){ .kind = law->kind, .step = law->step };
        if (law->step == 0 || self->step != 0)
            law->step = self->step != 0 ? self->step : 1;
        break;
    case NP_NAT_RANDOM:
        *law = (NpNatLaw){ .kind = law->kind, .first = NP_NAT_RANDOM_FIRST, .last = G_MAXUINT16 };
        break;
    case NP_NAT_BLOCK:
        law->step = 0;
        law->block_size = self->size != 0 ? self->size : NP_NAT_BLOCK_SIZE;
        law->first = NP_NAT_BLOCK_FIRST;
        law->last = (guint16)(NP_NAT_BLOCK_FIRST + law->block_size - 1);
        break;
    }
    return TRUE;
}

static gboolean
check_layer(Layer *self, GError **error)
{
    NpNatBehaviour *layer = self->layer;
    gboolean keeps_port = layer->law.kind == NP_NAT_PRESERVING;

    if (self->trap)
        layer->unsolicited = layer->translated && keeps_port ? NP_NAT_UNSOLICITED_REMAPPED
                                                             : NP_NAT_UNSOLICITED_BLOCKED;
    if (keeps_port && layer->mapping != NP_NAT_ENDPOINT_INDEPENDENT)
        return refuse(self, error,
                      "a mapping per destination needs allocation=sequential, random or block");
    if (layer->hairpin_needs == NP_NAT_HAIRPIN_NEEDS_BOTH_SEND && !keeps_port)
        return refuse(self, error, "hairpin=both-send needs allocation=preserving");
    /* The port must be one that is used again towards the sender whose packet was dropped. */
    if (layer->unsolicited != NP_NAT_UNSOLICITED_HARMLESS && layer->mapping >= layer->filtering)
        return refuse(self, error,
                      "a packet that comes first cannot spoil a mapping unless filtering is "
                      "stricter than mapping");
    if (layer->unsolicited == NP_NAT_UNSOLICITED_REMAPPED && !(layer->translated && keeps_port))
        return refuse(self, error, "unsolicited=remapped needs a NAT with allocation=preserving");
    return TRUE;
}

/* One preset with its keys becomes one layer, or two. */
static gboolean
parse_part(NpNatSpec *self, const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    g_auto(GStrv) head = g_strsplit(words[0] == NULL ? "" : words[0], "@", 2);
    g_autofree char *names = np_nat_preset_names();
    g_autofree char *why = NULL;
    gboolean outer = self->n_layers > 0;
    Layer layer = { .text = text };

    layer.preset = np_nat_preset_find(head[0] == NULL ? "" : head[0]);
    if (layer.preset == NULL) {
        why = g_strdup_printf("there is no preset \"%s\"; the presets are %s",
                              head[0] == NULL ? "" : head[0], names);
        return refuse(&layer, error, why);
    }
    if (head[1] != NULL && !g_str_equal(head[1], "kernel")) {
        why =
            g_strdup_printf("there is no implementation \"%s\"; the one there is: kernel", head[1]);
        return refuse(&layer, error, why);
    }
    if (self->n_layers + layer.preset->n_layers > NP_NAT_MAX_LAYERS)
        return refuse(&layer, error, "more than " G_STRINGIFY(NP_NAT_MAX_LAYERS) " layers");
    for (guint i = 0; i < layer.preset->n_layers; i++) {
        layer.layer = &self->layers[self->n_layers++];
        *layer.layer = layer.preset->layers[i];
        if (outer && layer.layer->translated)
            layer.layer->cgn = TRUE;
    }
    for (guint i = 1; words[i] != NULL; i++)
        if (!apply_pair(&layer, words[i], error))
            return FALSE;
    return settle_law(&layer, error) && check_layer(&layer, error);
}

gboolean
np_nat_spec_parse(NpNatSpec *self, const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, "+", -1);
    NpNatSpec parsed = { 0 };

    if (parts[0] == NULL)
        return parse_part(&parsed, "", error);
    for (guint i = 0; parts[i] != NULL; i++)
        if (!parse_part(&parsed, parts[i], error))
            return FALSE;
    *self = parsed;
    return TRUE;
}

/*
 * A packet to the site's public address turns at the outermost layer that translates, and then
 * comes in through the layers inside it like any other.
 */
static void
combine_hairpin(const NpNatSpec *self, NpNatBehaviour *truth)
{
    guint turn = self->n_layers;
    gboolean filtered = FALSE;
    gboolean translated_before = FALSE;

    while (turn > 0 && !self->layers[turn - 1].translated)
        turn--;
    if (turn == 0)
        return; /* one's own public address: the packet does not leave the host */
    truth->hairpin = self->layers[turn - 1].hairpin;
    truth->hairpin_needs = self->layers[turn - 1].hairpin_needs;
    for (guint i = 0; i + 1 < turn; i++) {
        filtered = filtered || self->layers[i].filtering != NP_NAT_ENDPOINT_INDEPENDENT;
        translated_before = translated_before || self->layers[i].translated;
    }
    if (truth->hairpin == NP_NAT_HAIRPIN_SUPPORTED && filtered)
        truth->hairpin_needs = NP_NAT_HAIRPIN_NEEDS_BOTH_SEND;
    /* With its source left alone it seems to come from the inner NAT itself, or from nowhere. */
    if (truth->hairpin == NP_NAT_HAIRPIN_SUPPORTED_INTERNAL && (filtered || translated_before))
        truth->hairpin = NP_NAT_HAIRPIN_UNSUPPORTED;
}

/* A layer is spoilt only by packets that every layer outside it lets in. */
static void
combine_unsolicited(const NpNatSpec *self, NpNatBehaviour *truth)
{
    NpNatDependence let_in = NP_NAT_ENDPOINT_INDEPENDENT;

    for (guint i = self->n_layers; i-- > 0;) {
        const NpNatBehaviour *layer = &self->layers[i];

        if (layer->filtering > let_in)
            truth->unsolicited = MAX(truth->unsolicited, layer->unsolicited);
        let_in = MAX(let_in, layer->filtering);
    }
}

NpNatBehaviour
np_nat_spec_truth(const NpNatSpec *self)
{
    NpNatBehaviour truth = self->layers[0];

    truth.unsolicited = NP_NAT_UNSOLICITED_HARMLESS;
    for (guint i = 1; i < self->n_layers; i++) {
        const NpNatBehaviour *layer = &self->layers[i];

        truth.reachable = truth.reachable && layer->reachable;
        truth.translated = truth.translated || layer->translated;
        truth.mapping = MAX(truth.mapping, layer->mapping);
        truth.filtering = MAX(truth.filtering, layer->filtering);
        truth.pooling = MAX(truth.pooling, layer->pooling);
        truth.cgn = truth.cgn || layer->cgn;
        /* What keeps ports shows the ports of the layer before it. */
        if (layer->law.kind != NP_NAT_PRESERVING)
            truth.law = layer->law;
    }
    combine_hairpin(self, &truth);
    combine_unsolicited(self, &truth);
    return truth;
}
