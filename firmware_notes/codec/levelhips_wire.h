/* The wire of the LevelHips open profile, version 1: encoder and decoder. C99, no dependency, no allocation, no state but
 * what is in the structures. firmware_notes/README.md is the specification; the numbers here are those of its tables.
 *
 * All functions are free of undefined behaviour for any input bytes. Little-endian on the wire, any byte order in the CPU.
 */
#ifndef LEVELHIPS_WIRE_H
#define LEVELHIPS_WIRE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LH_VERSION 1u
#define LH_HEAD_SIZE 8u
#define LH_SAMPLE_SIZE 12u
#define LH_MOST_SAMPLES 40u
#define LH_PACKET_SIZE(n) (LH_HEAD_SIZE + LH_SAMPLE_SIZE * (n))
#define LH_INFO_SIZE 24u
#define LH_FIRMWARE_SIZE 16u
#define LH_ANSWER_SIZE 6u

/* What went wrong; 0 is well, so that `if (lh_...())` asks for trouble. */
typedef enum {
    LH_OK = 0,
    LH_TOO_SHORT = -1,  /* there are fewer bytes than the packet needs, or too little room for it */
    LH_VERSION_OTHER = -2,
    LH_OUT_OF_RANGE = -3
} lh_result;

/* Counts as the sensor gives them: value = count / 32768 x range. */
typedef struct {
    int16_t acc[3];
    int16_t gyr[3];
} lh_sample;

/* One notification. `sequence` grows by 1 with each and wraps; `t_us` is the sensor's clock at the first sample, wrapping. */
typedef struct {
    uint16_t sequence;
    uint32_t t_us;
    uint8_t count;
    lh_sample samples[LH_MOST_SAMPLES];
} lh_packet;

typedef struct {
    uint16_t rate_hz;
    uint16_t acc_range_g;
    uint16_t gyr_range_dps;
    uint8_t outward_axis; /* faces away from the body: 0..5 = +x, -x, +y, -y, +z, -z */
    char firmware[LH_FIRMWARE_SIZE + 1u];
} lh_info;

typedef enum { LH_STOP = 0, LH_START = 1, LH_RATE = 2, LH_TIME = 3, LH_HAPTIC = 4 } lh_opcode;

/* Of an answer. */
typedef enum { LH_DONE = 0, LH_UNKNOWN = 1, LH_BAD_VALUE = 2, LH_BUSY = 3, LH_FAILED = 4 } lh_status;

typedef struct {
    uint8_t opcode;
    uint32_t value; /* rate [Hz], host time [ms] or pattern; 0 for those without */
} lh_command;

/* How many samples a notification can carry at an ATT MTU; 0 if not one. */
uint8_t lh_samples_for_mtu(uint16_t mtu);

/* Write a notification into `out`; its size goes to `*written`. */
lh_result lh_encode_packet(const lh_packet *packet, uint8_t *out, size_t room, size_t *written);

/* Read the packet at the beginning of bytes; its size goes to `*read`, for packets may come joined. */
lh_result lh_decode_packet(const uint8_t *data, size_t size, lh_packet *packet, size_t *read);

lh_result lh_encode_info(const lh_info *info, uint8_t *out, size_t room, size_t *written);
lh_result lh_decode_info(const uint8_t *data, size_t size, lh_info *info);

/* For the sensor: understand what was written to the control characteristic. LH_OUT_OF_RANGE: answer with LH_UNKNOWN. */
lh_result lh_decode_command(const uint8_t *data, size_t size, lh_command *command);

/* For a client. */
lh_result lh_encode_command(const lh_command *command, uint8_t *out, size_t room, size_t *written);

/* The indication that answers a command; `t_us` is sent with LH_TIME only. */
lh_result lh_encode_answer(uint8_t opcode, lh_status status, uint32_t t_us, uint8_t *out, size_t room, size_t *written);

#ifdef __cplusplus
}
#endif
#endif
