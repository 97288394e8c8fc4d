#include "main/demo_clock.h"

#include <stdatomic.h>
#include <stddef.h>

static int64_t machine_us(void)
{
    return clock_system.mono(&clock_system).us;
}

static int64_t day_us(const struct demo_clock *clock)
{
    int64_t state = atomic_load(&clock->state);
    return state / 2 + (state % 2 ? machine_us() : 0);
}

static struct wall wall(const struct clock *self)
{
    return (struct wall){day_us((const struct demo_clock *)self)};
}

static struct mono mono(const struct clock *self)
{
    return (struct mono){day_us((const struct demo_clock *)self)};
}

static struct wall real_wall(const struct clock *self)
{
    const char *at = (const char *)self - offsetof(struct demo_clock, real);
    return (struct wall){day_us((const struct demo_clock *)(const void *)at)};
}

static struct mono real_mono(const struct clock *)
{
    return (struct mono){machine_us()};
}

void demo_clock_init(struct demo_clock *clock, struct wall start)
{
    clock->clock = (struct clock){wall, mono};
    clock->real = (struct clock){real_wall, real_mono};
    atomic_init(&clock->state, start.us * 2);
}

void demo_clock_set(struct demo_clock *clock, struct wall now)
{
    atomic_store(&clock->state, now.us * 2);
}

void demo_clock_run(struct demo_clock *clock)
{
    atomic_store(&clock->state, (day_us(clock) - machine_us()) * 2 + 1);
}

void demo_clock_stand(struct demo_clock *clock)
{
    demo_clock_set(clock, (struct wall){day_us(clock)});
}

bool demo_clock_runs(const struct demo_clock *clock)
{
    return atomic_load(&clock->state) % 2 != 0;
}
