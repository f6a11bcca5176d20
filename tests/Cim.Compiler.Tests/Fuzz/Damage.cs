using System.Buffers.Binary;
using CsCheck;

namespace Cim.Compiler.Tests.Fuzz;

/// <summary>Damages files byte by byte: flipped bits, numbers exchanged for extreme ones, parts cut out, repeated or put in.</summary>
internal static class Damage
{
    private static readonly long[] _numbers = [
        0, 1, -1, 127, 255, 32767, 65535, 1 << 20, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue];

    /// <summary>Files near the originals; one in eight is whole.</summary>
    public static Gen<byte[]> Bytes(Gen<byte[]> originals) =>
        Gen.Select(originals, Gen.Int, Gen.Int[0, 7])
            .Select((bytes, seed, edits) => Apply(bytes, new Random(seed), edits == 0 ? 0 : 1 + (edits / 3)));

    public static byte[] Apply(byte[] original, Random random, int edits)
    {
        byte[] bytes = [.. original];
        for (int i = 0; i < edits && bytes.Length > 0; i++) bytes = Edit(bytes, random);
        return bytes;
    }

    private static byte[] Edit(byte[] bytes, Random random)
    {
        // Headers are small and at the beginning or the end: half of the damage goes there.
        int at = random.Next(4) switch
        {
            0 => random.Next(Math.Min(bytes.Length, 64)),
            1 => bytes.Length - 1 - random.Next(Math.Min(bytes.Length, 64)),
            _ => random.Next(bytes.Length),
        };
        switch (random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                return bytes[..at];
            case 3:
                Span<byte> number = stackalloc byte[8];
                if (random.Next(2) == 0) BinaryPrimitives.WriteInt64LittleEndian(number, _numbers[random.Next(_numbers.Length)]);
                else BinaryPrimitives.WriteInt64BigEndian(number, _numbers[random.Next(_numbers.Length)]);
                int length = Math.Min(1 << random.Next(4), bytes.Length - at);
                number[..length].CopyTo(bytes.AsSpan(at));
                return bytes;
            case 4:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + 1 + random.Next(16))..]];
            case 5:
                return [.. bytes[..at], .. bytes[random.Next(at + 1)..at], .. bytes[at..]];
            default:
                byte[] noise = new byte[1 + random.Next(8)];
                random.NextBytes(noise);
                return [.. bytes[..at], .. noise, .. bytes[at..]];
        }
    }
}
