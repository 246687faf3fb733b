/* Encoder and decoder for the packets of the LevelHips open profile, version 1. C99 without dependencies. It allocates no
 * memory and keeps no state outside the structures below. The specification is firmware_notes/README.md.
 *
 * No input bytes lead to undefined behavior. Packets are little-endian; the CPU may have any byte order.
 */
#ifndef LEVELHIPS_WIRE_H
#define LEVELHIPS_WIRE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LH_VERSION 1u
#define LH_HEADER_SIZE 8u
#define LH_SAMPLE_SIZE 12u
#define LH_MAX_SAMPLES 40u
#define LH_PACKET_SIZE(n) (LH_HEADER_SIZE + LH_SAMPLE_SIZE * (n))
#define LH_INFO_SIZE 24u
#define LH_FIRMWARE_SIZE 16u
#define LH_ANSWER_SIZE 6u

/* Result of a function. 0 is success, so `if (lh_...())` tests for an error. */
typedef enum {
    LH_OK = 0,
    LH_TOO_SHORT = -1,     /* the input is shorter than the packet, or the output buffer is too small for it */
    LH_VERSION_OTHER = -2, /* the packet has another version of the profile */
    LH_OUT_OF_RANGE = -3   /* a field has a value that the profile does not allow */
} lh_result;

/* One sample in raw counts: value = count / 32768 x range. */
typedef struct {
    int16_t acc[3];
    int16_t gyr[3];
} lh_sample;

/* One notification of the stream. */
typedef struct {
    uint16_t sequence; /* grows by 1 with every notification, and wraps */
    uint32_t t_us;     /* sensor clock at the first sample [us]; wraps */
    uint8_t count;     /* number of samples, 1 to LH_MAX_SAMPLES */
    lh_sample samples[LH_MAX_SAMPLES];
} lh_packet;

/* What the sensor says about itself. */
typedef struct {
    uint16_t rate_hz;
    uint16_t acc_range_g;
    uint16_t gyr_range_dps;
    uint8_t outward_axis;                 /* points away from the body: 0..5 = +x, -x, +y, -y, +z, -z */
    char firmware[LH_FIRMWARE_SIZE + 1u]; /* name of the firmware, ASCII, ends with a zero */
} lh_info;

/* First byte of a command and of its answer. */
typedef enum { LH_STOP = 0, LH_START = 1, LH_RATE = 2, LH_TIME = 3, LH_HAPTIC = 4 } lh_opcode;

/* Status in the answer to a command. */
typedef enum { LH_DONE = 0, LH_UNKNOWN = 1, LH_BAD_VALUE = 2, LH_BUSY = 3, LH_FAILED = 4 } lh_status;

/* A command of the client. */
typedef struct {
    uint8_t opcode;
    uint32_t value; /* rate [Hz], time of the client [ms] or haptic pattern; 0 for commands without a value */
} lh_command;

/* Return how many samples fit into one notification at this ATT MTU; 0 if none fits. */
uint8_t lh_samples_for_mtu(uint16_t mtu);

/* Encode a notification into `out`, which has `room` bytes; set `*written` to its size. */
lh_result lh_encode_packet(const lh_packet *packet, uint8_t *out, size_t room, size_t *written);

/* Decode the packet at the start of `data`; set `*read` to its size. More packets may follow it in the same bytes. */
lh_result lh_decode_packet(const uint8_t *data, size_t size, lh_packet *packet, size_t *read);

/* Encode the info characteristic (LH_INFO_SIZE bytes), or decode it. */
lh_result lh_encode_info(const lh_info *info, uint8_t *out, size_t room, size_t *written);
lh_result lh_decode_info(const uint8_t *data, size_t size, lh_info *info);

/* For the sensor: decode a command that was written to control. If the result is LH_OUT_OF_RANGE, answer with LH_UNKNOWN. */
lh_result lh_decode_command(const uint8_t *data, size_t size, lh_command *command);

/* For a client: encode a command. */
lh_result lh_encode_command(const lh_command *command, uint8_t *out, size_t room, size_t *written);

/* For the sensor: encode the indication that answers a command. `t_us` is used only if the command was LH_TIME. */
lh_result lh_encode_answer(uint8_t opcode, lh_status status, uint32_t t_us, uint8_t *out, size_t room, size_t *written);

#ifdef __cplusplus
}
#endif
#endif
