using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Cim.Runtime.Format;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Model;
using Cim.Runtime.Program;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Fuzzing;

/// <summary>The bytes of a model that was damaged, under correct checksums unless the damage is to the container itself.</summary>
internal static class DamagedFile
{
    private const int InfoSection = 0, HardwareSection = 1, ProgramSection = 2;

    /// <summary>The file of a case; the same number gives the same bytes.</summary>
    public static byte[] Of(int number)
    {
        var random = new Random(number);
        CompiledModel model = FuzzPrograms.All[random.Next(FuzzPrograms.All.Length)];
        var damage = new Damage(random);
        ModelProgram program = model.Program;
        int kind = random.Next(10);
        if (kind < 6)
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                program = (ModelProgram)damage.Change(program, typeof(ModelProgram))!;

        // The description follows the program, so that it is not the first thing to be wrong.
        ModelInfo info = random.Next(8) == 0 || !IsDescribable(program) ? model.Info : TestPrograms.Info(program);
        byte[][] sections = Sections(info, model.Hardware, program);
        if (kind is 6 or 7) Bytes(random, sections[ProgramSection]);
        if (kind == 8) sections[HardwareSection] = Json(random, sections[HardwareSection]);
        if (kind == 9) sections[InfoSection] = Json(random, sections[InfoSection]);
        if (random.Next(40) == 0)
            sections[random.Next(sections.Length)] = [.. sections[random.Next(sections.Length)].Skip(random.Next(40))];
        byte[] file = CimFile.Write(info.SdkVersion, [.. sections.Select(s => (ReadOnlyMemory<byte>)s)]);
        return random.Next(30) switch
        {
            0 => Container(random, file),
            1 => [.. file, (byte)random.Next(256)],
            _ => file,
        };
    }

    private static bool IsDescribable(ModelProgram program) =>
        program.Inputs.Concat(program.Outputs).All(v => (uint)v < (uint)program.Values.Length);

    private static byte[][] Sections(ModelInfo info, HardwareProfile hardware, ModelProgram program)
    {
        var written = new ByteWriter();
        var data = new DataBlob();
        ProgramCodec.Write(written, program, data);
        return [JsonSerializer.SerializeToUtf8Bytes(info, InfoJson.Default.ModelInfo), HardwareProfiles.ToJson(hardware),
            written.Written.ToArray(), data.ToArray()];
    }

    // Mostly whole fields: counts, indices and extents are 32-bit integers.
    private static void Bytes(Random random, byte[] section)
    {
        int[] values = [0, 1, -1, 2, 255, 256, 1 << 20, 1 << 30, int.MaxValue, int.MinValue];
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            int at = random.Next(section.Length - 8);
            if (random.Next(2) == 0) section[at] = (byte)random.Next(256);
            else BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(at), values[random.Next(values.Length)]);
        }
    }

    // A value of the text becomes another one.
    private static byte[] Json(Random random, byte[] json)
    {
        string text = System.Text.Encoding.UTF8.GetString(json);
        string[] values = [
            "0", "-1", "1e308", "1e999", "null", "[]", "{}", "\"\"", "\"NaN\"", "true", "2147483648", "1.5", "18446744073709551616"];
        for (int changes = random.Next(1, 3); changes > 0; changes--)
        {
            int colon = text.IndexOf(':', random.Next(text.Length));
            if (colon < 0) continue;
            int end = text.IndexOfAny([',', '}', ']'], colon);
            if (end < 0) continue;
            text = string.Concat(text.AsSpan(0, colon + 1), values[random.Next(values.Length)], text.AsSpan(end));
        }

        return System.Text.Encoding.UTF8.GetBytes(text);
    }

    private static byte[] Container(Random random, byte[] file)
    {
        int table = CimFile.HeaderBytes + (4 * CimFile.EntryBytes);
        for (int changes = random.Next(1, 3); changes > 0; changes--) file[random.Next(8, table)] = (byte)random.Next(256);
        if (random.Next(2) == 0) SHA256.HashData((byte[])[.. file[..64], .. file[CimFile.HeaderBytes..table]], file.AsSpan(64, 32));
        return file;
    }
}
