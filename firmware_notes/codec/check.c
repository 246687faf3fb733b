/* Test program for the codec, driven by tests/test_codec.py. It reads requests line by line from standard input, decodes the
 * bytes, encodes the result again, and prints one line for each request:
 *
 *   request                     answer
 *   packet HEX                  ok SEQUENCE T_US COUNT HEX, repeated for each packet in the bytes
 *   info HEX                    ok RATE ACC GYR AXIS HEX
 *   command HEX                 ok OPCODE VALUE HEX
 *   answer OPCODE STATUS T_US   ok HEX
 *   mtu N                       ok COUNT
 *
 * or "error CODE".
 */
#include "levelhips_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t from_hex(const char *text, uint8_t *out, size_t room)
{
    size_t n = 0;
    unsigned byte;
    while (n < room && sscanf(text, "%2x", &byte) == 1) {
        out[n++] = (uint8_t)byte;
        text += 2;
        if (text[0] == '\0' || text[-1] == '\0') {
            break;
        }
    }
    return n;
}

static void print_hex(const uint8_t *data, size_t size)
{
    size_t i;
    for (i = 0; i < size; i++) {
        printf("%02x", data[i]);
    }
}

static void packets(const uint8_t *data, size_t size)
{
    lh_packet packet;
    uint8_t again[LH_PACKET_SIZE(LH_MAX_SAMPLES)];
    size_t read = 0, written = 0, at = 0;
    lh_result result = LH_TOO_SHORT;
    while (at < size || at == 0) {
        /* Decode from a copy of exactly this size, so that the sanitizer catches a read past the end. */
        uint8_t *exact = malloc(size - at + 1);
        if (exact == NULL) {
            exit(2);
        }
        memcpy(exact, data + at, size - at);
        exact = realloc(exact, size - at ? size - at : 1);
        result = lh_decode_packet(exact, size - at, &packet, &read);
        free(exact);
        if (result != LH_OK) {
            break;
        }
        if (lh_encode_packet(&packet, again, sizeof again, &written) != LH_OK) {
            exit(3);
        }
        printf("%s%u %lu %u ", at ? " " : "ok ", packet.sequence, (unsigned long)packet.t_us, packet.count);
        print_hex(again, written);
        at += read;
    }
    if (at == 0) {
        printf("error %d", (int)result);
    }
}

int main(void)
{
    static char line[4096], kind[16], hex[4096];
    static uint8_t data[2048], out[64];
    while (fgets(line, sizeof line, stdin) != NULL) {
        size_t size, written = 0;
        lh_result result;
        hex[0] = '\0';
        if (sscanf(line, "%15s %4095s", kind, hex) < 1) {
            continue;
        }
        size = from_hex(hex, data, sizeof data);
        if (strcmp(kind, "packet") == 0) {
            packets(data, size);
        } else if (strcmp(kind, "info") == 0) {
            lh_info info;
            result = lh_decode_info(data, size, &info);
            if (result == LH_OK && lh_encode_info(&info, out, sizeof out, &written) == LH_OK) {
                printf("ok %u %u %u %u ", info.rate_hz, info.acc_range_g, info.gyr_range_dps, info.outward_axis);
                print_hex(out, written);
            } else {
                printf("error %d", (int)result);
            }
        } else if (strcmp(kind, "command") == 0) {
            lh_command command;
            result = lh_decode_command(data, size, &command);
            if (result == LH_OK && lh_encode_command(&command, out, sizeof out, &written) == LH_OK) {
                printf("ok %u %lu ", command.opcode, (unsigned long)command.value);
                print_hex(out, written);
            } else {
                printf("error %d", (int)result);
            }
        } else if (strcmp(kind, "answer") == 0) {
            unsigned opcode, status;
            unsigned long t_us;
            if (sscanf(line, "%*s %u %u %lu", &opcode, &status, &t_us) == 3 &&
                lh_encode_answer((uint8_t)opcode, (lh_status)status, (uint32_t)t_us, out, sizeof out, &written) == LH_OK) {
                printf("ok ");
                print_hex(out, written);
            }
        } else if (strcmp(kind, "mtu") == 0) {
            printf("ok %u", lh_samples_for_mtu((uint16_t)atoi(hex)));
        }
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
