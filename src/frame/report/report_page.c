/* The routes and the module. */
#include "agent/renderer/renderer.h"
#include "engine/document/html.h"
#include "frame/report/report_own.h"
#include "shape/shape_flags.h"
#include "shape/shape_schema.h"

#include <stdio.h>

enum { NAME_MAX_CHARS = 200 };

/* ---- sending --------------------------------------------------------------------------------- */

static rc wants_pdf(struct ctx *c, const struct request *request, bool *ret)
{
    struct str format = request_param(request, "format");
    *ret = str_is(format, "pdf");
    if (!str_absent(format) && !*ret && !str_is(format, "html")) {
        rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "format: must be html or pdf");
        fault_set_rule(c, "parameter");
        fault_enter_name(c, STR("format"));
        return failed;
    }
    return OK;
}

static rc send_document(struct ctx *c, struct reporting *r, bool pdf)
{
    struct response *response = r->response;
    struct str bytes, name;
    TRY(document_end(r->document));
    if (!pdf) {
        response->type = "text/html; charset=utf-8";
        TRY(document_html_policy(c, &response->policy));
        document_html(response->body, r->document);
        return OK;
    }
    TRY(renderer_pdf(c, r->request->renderer, r->document, &bytes));
    TRY(str_format(c, &name, "%.*s.pdf", STR_ARG(str_sub(r->file_name, 0, NAME_MAX_CHARS))));
    response->type = "application/pdf";
    response->file_name = name.ptr;
    text_put(response->body, bytes);
    return OK;
}

static rc serve_record(struct ctx *c, const struct request *request, struct response *response)
{
    struct reporting r;
    bool pdf = false, history = str_is(request_param(request, "history"), "true");
    TRY(wants_pdf(c, request, &pdf));
    TRY(report_prepare(c, request, response, &r));
    TRY(report_describe_record(c, &r, request->route->arg, request->parts[0], history));
    return send_document(c, &r, pdf);
}

/* ---- reports --------------------------------------------------------------------------------- */

typedef rc each_report(struct ctx *c, void *arg, const struct report *report, bool *stop);

static rc walk_reports(struct ctx *c, const struct catalog *catalog, each_report *each, void *arg)
{
    bool stop = false;
    for (size_t i = 0; i < catalog_module_count(catalog); i++)
        for (const struct report *row = catalog_module(catalog, i)->reports;
             row && row->name && !stop; row++)
            TRY(each(c, arg, row, &stop));
    return OK;
}

struct listing {
    const struct request *request;
    struct text *out;
    size_t count;
};

#define REPORT_ROW_FIELDS(F, T)                                       \
    F(T, text, line, name, REQUIRED, 0, 0, "its name in the address") \
    F(T, text, line, help, REQUIRED, 0, 0, "what it is")              \
    F(T, json, _, asks, 0, 0, 0, "its parameters, as a shape")
SHAPE_DECLARE(report_row, REPORT_ROW_FIELDS);
SHAPE_DEFINE(report_row, REPORT_ROW_FIELDS, 1, "An available report");

static rc put_report(struct ctx *c, void *arg, const struct report *report, bool *stop)
{
    struct listing *listing = arg;
    struct text *out = listing->out;
    (void)c, (void)stop;
    if (!actor_may(listing->request->actor, report->permission))
        return OK;
    text_put(out, listing->count++ > 0 ? STR(",{\"name\":") : STR("{\"name\":"));
    text_put_json(out, str_from(report->name));
    text_put(out, STR(",\"help\":"));
    text_put_json(out, str_from(report->help));
    if (report->asks) {
        text_put(out, STR(",\"asks\":"));
        shape_describe(out, report->asks);
    }
    text_put_char(out, '}');
    return OK;
}

static rc serve_reports(struct ctx *c, const struct request *request, struct response *response)
{
    struct listing listing = {request, response->body, 0};
    text_put(response->body, STR("{\"items\":["));
    TRY(walk_reports(c, request->catalog, put_report, &listing));
    text_put(response->body, STR("]}"));
    return OK;
}

struct finding {
    struct str name;
    const struct report *found;
};

static rc match_report(struct ctx *c, void *arg, const struct report *report, bool *stop)
{
    struct finding *finding = arg;
    (void)c;
    if (str_is(finding->name, report->name)) {
        finding->found = report;
        *stop = true;
    }
    return OK;
}

/* The parameters that are the report's own. */
static rc read_asked(struct ctx *c, const struct request *request, const struct report *report,
                     void **ret)
{
    struct shape_pair pairs[REQUEST_PARAMS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < request->param_count; i++) {
        struct str name = request->params[i].name;
        if (!str_is(name, "format") && !str_is(name, "language"))
            pairs[count++] = (struct shape_pair){name, request->params[i].value};
    }
    *ret = NULL;
    if (!report->asks && count > 0)
        FAIL(c, INVALID, "the report %s has no parameters", report->name);
    if (!report->asks)
        return OK;
    if (!(*ret = ctx_take(c, 1, report->asks->size)))
        return fault_again(c);
    return shape_query(c, report->asks, count, pairs, *ret);
}

static rc serve_report(struct ctx *c, const struct request *request, struct response *response)
{
    struct finding finding = {request->parts[0], NULL};
    struct reporting r;
    void *asked = NULL;
    bool pdf = false;
    TRY(walk_reports(c, request->catalog, match_report, &finding));
    if (!finding.found)
        FAIL(c, NOT_FOUND, "there is no such report");
    if (!actor_may(request->actor, finding.found->permission))
        FAIL(c, FORBIDDEN, "this needs the permission %s", finding.found->permission);
    TRY(wants_pdf(c, request, &pdf));
    TRY(read_asked(c, request, finding.found, &asked));
    TRY(report_prepare(c, request, response, &r));
    TRY(finding.found->describe(c, &r, asked));
    return send_document(c, &r, pdf);
}

/* Every record is a document too. */
static rc extend(struct ctx *c, const struct record *record, struct extension *ret)
{
    struct route *routes = NULL;
    struct str path;
    NEW(c, routes, 2);
    TRY(str_format(c, &path, "/api/v1/%s/{id}/document", record->plural));
    routes[0] = (struct route)ROUTE(
        GET, path.ptr, record->read,
        "As a document; `format` is html or pdf, `history=true` adds its events",
        .type = "text/html", .slow = true, .arg = record, .serve = serve_record);
    ret->routes = routes;
    return OK;
}

const struct module report_module = {
    .name = "report",
    .help = "Records and reports as documents",
    .routes =
        (const struct route[]){
            ROUTE(GET, "/api/v1/reports", PERMIT_SIGNED_IN, "Reports available to the caller",
                  .output = &report_row_shape, .output_list = true, .serve = serve_reports),
            ROUTE(GET, "/api/v1/reports/{name}", PERMIT_SIGNED_IN,
                  "A report; `format` is html or pdf, `language` en, fr or ar", .type = "text/html",
                  .slow = true, .serve = serve_report),
            {0},
        },
    .reports =
        (const struct report[]){
            {"ledger", "Extract of the ledger with its proofs", "ledger.read",
             &ledger_extract_shape, report_describe_ledger},
            {0},
        },
    .extend = extend,
};
