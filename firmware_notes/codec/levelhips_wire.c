#include "levelhips_wire.h"

#include <string.h>

static void put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value & 0xFFu);
    at[1] = (uint8_t)(value >> 8);
}

static void put_u32(uint8_t *at, uint32_t value)
{
    put_u16(at, (uint16_t)(value & 0xFFFFu));
    put_u16(at + 2, (uint16_t)(value >> 16));
}

static uint16_t get_u16(const uint8_t *at)
{
    return (uint16_t)((unsigned)at[0] | ((unsigned)at[1] << 8));
}

static uint32_t get_u32(const uint8_t *at)
{
    return (uint32_t)get_u16(at) | ((uint32_t)get_u16(at + 2) << 16);
}

/* Compute two's complement by arithmetic: the result of casting a value above 32767 depends on the compiler. */
static int16_t get_i16(const uint8_t *at)
{
    const int32_t value = (int32_t)get_u16(at);
    return (int16_t)(value < 32768 ? value : value - 65536);
}

uint8_t lh_samples_for_mtu(uint16_t mtu)
{
    unsigned count;
    if (mtu < 3u + LH_PACKET_SIZE(1u)) {
        return 0;
    }
    count = (mtu - 3u - LH_HEADER_SIZE) / LH_SAMPLE_SIZE;
    return (uint8_t)(count < LH_MAX_SAMPLES ? count : LH_MAX_SAMPLES);
}

lh_result lh_encode_packet(const lh_packet *packet, uint8_t *out, size_t room, size_t *written)
{
    unsigned i, axis;
    uint8_t *at = out;
    if (packet->count == 0 || packet->count > LH_MAX_SAMPLES) {
        return LH_OUT_OF_RANGE;
    }
    if (room < LH_PACKET_SIZE((size_t)packet->count)) {
        return LH_TOO_SHORT;
    }
    at[0] = LH_VERSION;
    at[1] = packet->count;
    put_u16(at + 2, packet->sequence);
    put_u32(at + 4, packet->t_us);
    at += LH_HEADER_SIZE;
    for (i = 0; i < packet->count; i++) {
        for (axis = 0; axis < 3; axis++, at += 2) {
            put_u16(at, (uint16_t)packet->samples[i].acc[axis]);
        }
        for (axis = 0; axis < 3; axis++, at += 2) {
            put_u16(at, (uint16_t)packet->samples[i].gyr[axis]);
        }
    }
    *written = LH_PACKET_SIZE((size_t)packet->count);
    return LH_OK;
}

lh_result lh_decode_packet(const uint8_t *data, size_t size, lh_packet *packet, size_t *read)
{
    unsigned i, axis;
    const uint8_t *at;
    if (size < LH_HEADER_SIZE) {
        return LH_TOO_SHORT;
    }
    at = data + LH_HEADER_SIZE;
    if (data[0] != LH_VERSION) {
        return LH_VERSION_OTHER;
    }
    if (data[1] == 0 || data[1] > LH_MAX_SAMPLES) {
        return LH_OUT_OF_RANGE;
    }
    if (size < LH_PACKET_SIZE((size_t)data[1])) {
        return LH_TOO_SHORT;
    }
    packet->count = data[1];
    packet->sequence = get_u16(data + 2);
    packet->t_us = get_u32(data + 4);
    for (i = 0; i < packet->count; i++) {
        for (axis = 0; axis < 3; axis++, at += 2) {
            packet->samples[i].acc[axis] = get_i16(at);
        }
        for (axis = 0; axis < 3; axis++, at += 2) {
            packet->samples[i].gyr[axis] = get_i16(at);
        }
    }
    *read = LH_PACKET_SIZE((size_t)packet->count);
    return LH_OK;
}

lh_result lh_encode_info(const lh_info *info, uint8_t *out, size_t room, size_t *written)
{
    size_t length = 0;
    if (room < LH_INFO_SIZE) {
        return LH_TOO_SHORT;
    }
    if (info->rate_hz == 0 || info->acc_range_g == 0 || info->gyr_range_dps == 0 || info->outward_axis > 5) {
        return LH_OUT_OF_RANGE;
    }
    while (length < LH_FIRMWARE_SIZE && info->firmware[length] != '\0') {
        length++;
    }
    out[0] = LH_VERSION;
    put_u16(out + 1, info->rate_hz);
    put_u16(out + 3, info->acc_range_g);
    put_u16(out + 5, info->gyr_range_dps);
    out[7] = info->outward_axis;
    memset(out + 8, 0, LH_FIRMWARE_SIZE);
    memcpy(out + 8, info->firmware, length);
    *written = LH_INFO_SIZE;
    return LH_OK;
}

lh_result lh_decode_info(const uint8_t *data, size_t size, lh_info *info)
{
    if (size < LH_INFO_SIZE) {
        return LH_TOO_SHORT;
    }
    if (data[0] != LH_VERSION) {
        return LH_VERSION_OTHER;
    }
    info->rate_hz = get_u16(data + 1);
    info->acc_range_g = get_u16(data + 3);
    info->gyr_range_dps = get_u16(data + 5);
    info->outward_axis = data[7];
    memcpy(info->firmware, data + 8, LH_FIRMWARE_SIZE);
    info->firmware[LH_FIRMWARE_SIZE] = '\0';
    if (info->rate_hz == 0 || info->acc_range_g == 0 || info->gyr_range_dps == 0 || info->outward_axis > 5) {
        return LH_OUT_OF_RANGE;
    }
    return LH_OK;
}

static size_t value_size(uint8_t opcode)
{
    switch (opcode) {
    case LH_RATE:
        return 2;
    case LH_TIME:
        return 4;
    case LH_HAPTIC:
        return 1;
    default:
        return 0;
    }
}

lh_result lh_decode_command(const uint8_t *data, size_t size, lh_command *command)
{
    size_t i;
    if (size == 0) {
        return LH_TOO_SHORT;
    }
    command->opcode = data[0];
    command->value = 0;
    if (data[0] > LH_HAPTIC || size != 1 + value_size(data[0])) {
        return LH_OUT_OF_RANGE;
    }
    for (i = size - 1; i > 0; i--) {
        command->value = (command->value << 8) | data[i];
    }
    return LH_OK;
}

lh_result lh_encode_command(const lh_command *command, uint8_t *out, size_t room, size_t *written)
{
    const size_t size = 1 + value_size(command->opcode);
    size_t i;
    if (command->opcode > LH_HAPTIC) {
        return LH_OUT_OF_RANGE;
    }
    if (room < size) {
        return LH_TOO_SHORT;
    }
    out[0] = command->opcode;
    for (i = 1; i < size; i++) {
        out[i] = (uint8_t)((command->value >> (8 * (i - 1))) & 0xFFu);
    }
    *written = size;
    return LH_OK;
}

lh_result lh_encode_answer(uint8_t opcode, lh_status status, uint32_t t_us, uint8_t *out, size_t room, size_t *written)
{
    const size_t size = opcode == LH_TIME && status == LH_DONE ? LH_ANSWER_SIZE : 2;
    if (room < size) {
        return LH_TOO_SHORT;
    }
    out[0] = opcode;
    out[1] = (uint8_t)status;
    if (size == LH_ANSWER_SIZE) {
        put_u32(out + 2, t_us);
    }
    *written = size;
    return LH_OK;
}
