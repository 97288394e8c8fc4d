#include "domain/xnounx/xnounx.h"

#include "domain/xnounx/xnounx_own.h"

#define READ  "xnounx.read"
#define WRITE "xnounx.write"

const struct module xnounx_module = {
    .name = "xnounx",
    .help = "What the menu says of it, in one line",
    .records =
        (const struct record[]){
            RECORD(xnounx, "xnounxs", READ, WRITE, .check = xnounx_check),
            {0},
        },
    .permissions =
        (const struct permission[]){
            {READ, "See every xnounx"},
            {WRITE, "Make, change and retire one"},
            {0},
        },
};
