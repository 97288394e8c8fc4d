/* Suricata's EVE JSON: one event a line, from a file, a socket or a pipe. docs/adapters/eve.md. */
#ifndef ADAPTER_EVE_EVE_H
#define ADAPTER_EVE_EVE_H

#include "adapter/kit/adapter.h"

#define EVE_OPTIONS_FIELDS(F, T)                                                                 \
    F(T, texts, line, signals, 0, 1, 64, "event types that become signals (alert anomaly drop)") \
    F(T, text, line, source, 0, 1, 200, "the sensor's name if an event has no `host`")           \
    F(T, opt_i64, _, line_max_bytes, 0, 1024, 16777216, "longer lines are skipped (1048576)")
SHAPE_DECLARE(eve_options, EVE_OPTIONS_FIELDS);

/* The types of event that are known by name, in the order of the tallies; any other is accepted
 * just as well and counted last. */
/* clang-format off */
#define EVE_TYPES(X) \
    X(alert) X(anomaly) X(arp) X(bittorrent_dht) X(dcerpc) X(dhcp) X(dnp3) X(dns) X(doh2) \
    X(drop) X(enip) X(fileinfo) X(flow) X(frame) X(ftp) X(ftp_data) X(http) X(http2) X(ike) \
    X(krb5) X(ldap) X(mdns) X(modbus) X(mqtt) X(netflow) X(nfs) X(packetinfo) X(pgsql) \
    X(pop3) X(quic) X(rdp) X(rfb) X(sip) X(smb) X(smtp) X(snmp) X(ssh) X(stats) X(telnet) \
    X(tftp) X(tls) X(websocket)
/* clang-format on */

#define EVE_TYPE_ENUM(name) EVE_##name,
enum eve_tally {
    EVE_TYPES(EVE_TYPE_ENUM) EVE_OTHER_TYPE,
    EVE_EMPTY,    /* empty lines */
    EVE_NOT_JSON, /* bad lines from here on */
    EVE_NO_TYPE,
    EVE_RECOVERED, /* events read out of the rest of a broken line */
};
#undef EVE_TYPE_ENUM

extern const struct adapter eve_adapter;

#endif
