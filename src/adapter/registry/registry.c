#include "adapter/registry/registry.h"

#include "adapter/cap/cap.h"
#include "adapter/dc09/dc09.h"
#include "adapter/eve/eve.h"
#include "adapter/mqtt/mqtt.h"
#include "adapter/onvif/onvif.h"
#include "adapter/syslog/syslog.h"

const struct adapter *const adapters[] = {&dc09_adapter, &eve_adapter,  &syslog_adapter,
                                          &cap_adapter,  &mqtt_adapter, &onvif_adapter,
                                          NULL};

const struct adapter *adapter_find(struct str name)
{
    for (size_t i = 0; adapters[i]; i++)
        if (str_is(name, adapters[i]->name))
            return adapters[i];
    return NULL;
}
