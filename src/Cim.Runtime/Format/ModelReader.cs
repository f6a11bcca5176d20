using System.Text.Json;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Model;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Format;

/// <summary>Reads compiled models. Whatever the bytes are, the result is a consistent model or CIM4001.</summary>
internal static class ModelReader
{
    private const int InfoSection = 0, HardwareSection = 1, ProgramSection = 2, DataSection = 3, SectionCount = 4, PlanSection = 4;

    /// <summary>Reads a model; its constants stay in <paramref name="file"/>.</summary>
    public static CompiledModel Read(ReadOnlyMemory<byte> file)
    {
        (int sections, long length) = CimFile.ReadHeader(file.Span);
        if (length != file.Length) throw CimFile.Corrupt($"it has {file.Length} bytes of {length}");
        (int Offset, int Length)[] ranges = Table(file.Span, sections, length);
        int end = CimFile.HeaderBytes + (sections * CimFile.EntryBytes);
        foreach ((int offset, int size) in ranges)
        {
            if (file.Span[end..offset].ContainsAnyExcept((byte)0)) throw CimFile.Corrupt("there is data between its sections");
            end = offset + size;
        }

        for (int i = 0; i < sections; i++) CimFile.Verify(file.Span, i, Section(i).Span);
        try
        {
            ModelInfo info = Info(Section(InfoSection).Span);
            HardwareProfile hardware = HardwareProfiles.Parse(Section(HardwareSection), "the compiled model");
            var reader = new ByteReader(Section(ProgramSection));
            ModelProgram program = ProgramCodec.Read(reader, Section(DataSection));
            if (!reader.AtEnd) throw CimFile.Corrupt("its program is longer than it should be");
            ProgramVerifier.Verify(program);
            foreach (CrossbarLayer layer in program.Layers) LayerVerifier.Verify(layer, hardware);
            var model = new CompiledModel(info, hardware, program)
            {
                OtherPrograms = sections > PlanSection ? PlanCodec.Read(Section(PlanSection), program, Section(DataSection)) : [],
            };
            PlanVerifier.Verify(model);
            return model;
        }
        catch (Exception e) when (
            e is OverflowException or InvalidOperationException || (e is CimException { Code: not ErrorCodes.InvalidCompiledModel }))
        {
            throw CimFile.Corrupt(e.Message, e);
        }

        ReadOnlyMemory<byte> Section(int i) => file.Slice(ranges[i].Offset, ranges[i].Length);
    }

    /// <summary>Reads a model from a stream into memory of its own.</summary>
    public static CompiledModel Read(Stream stream)
    {
        byte[] header = new byte[CimFile.HeaderBytes];
        int got = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        (_, long length) = CimFile.ReadHeader(header.AsSpan(0, got));

        // Memory grows with the bytes that really come, whatever length the header claims.
        byte[] file = new byte[Math.Min(length, 1 << 20)];
        header.CopyTo(file, 0);
        while (true)
        {
            int read = stream.Read(file, got, file.Length - got);
            if (read == 0) throw CimFile.Corrupt($"it ends after {got} of {length} bytes");
            got += read;
            if (got == length)
            {
                if (stream.ReadByte() >= 0) throw CimFile.Corrupt($"there is data after its {length} bytes");
                return Read((ReadOnlyMemory<byte>)file);
            }

            if (got == file.Length) Array.Resize(ref file, (int)Math.Min(length, 2L * file.Length));
        }
    }

    /// <summary>Reads the description only: header, table and the first section.</summary>
    public static ModelInfo ReadInfo(Stream stream)
    {
        long begin = stream.CanSeek ? stream.Position : 0;
        byte[] header = new byte[CimFile.HeaderBytes];
        int got = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        (int sections, long length) = CimFile.ReadHeader(header.AsSpan(0, got));
        if (stream.CanSeek && stream.Length - begin != length) throw CimFile.Corrupt($"it has {stream.Length - begin} bytes of {length}");
        byte[] start = Extend(stream, header, CimFile.HeaderBytes + (sections * CimFile.EntryBytes));
        (int offset, int size) = Table(start, sections, length)[InfoSection];
        byte[] all = Extend(stream, start, offset + size);
        ReadOnlySpan<byte> json = all.AsSpan(offset, size);
        CimFile.Verify(all, InfoSection, json);
        return Info(json);
    }

    private static (int Offset, int Length)[] Table(ReadOnlySpan<byte> start, int sections, long length)
    {
        (int, int)[] ranges = CimFile.ReadTable(start, sections, length);
        return ranges.Length is SectionCount or SectionCount + 1
            ? ranges
            : throw CimFile.Corrupt($"it has {ranges.Length} sections, {SectionCount} are needed");
    }

    private static byte[] Extend(Stream stream, byte[] start, int length)
    {
        if (stream.CanSeek && stream.Length - stream.Position < length - start.Length) throw CimFile.Corrupt("it ends too early");
        byte[] longer = new byte[length];
        start.CopyTo(longer, 0);
        if (stream.ReadAtLeast(longer.AsSpan(start.Length), length - start.Length, throwOnEndOfStream: false) != length - start.Length)
            throw CimFile.Corrupt("it ends too early");
        return longer;
    }

    private static ModelInfo Info(ReadOnlySpan<byte> json)
    {
        try
        {
            ModelInfo info = JsonSerializer.Deserialize(json, InfoJson.Default.ModelInfo) ?? throw CimFile.Corrupt("it has no description");
            if (info.Name is null || info.Hardware is null || info.SdkVersion is null || info.Cost is null || info.Baseline is null
                || info.ModelSha256 is null
                || info.CalibrationSha256 is null || info.Inputs.IsDefault || info.Outputs.IsDefault || !IsComplete(info.Cost)
                    || !IsComplete(info.Baseline) || info.StoredLabels is { } labels && labels.Contains(null!)
                    || info.StoredPlans is { } plans && !plans.All(IsComplete))
                throw CimFile.Corrupt("its description is incomplete");
            return info;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw CimFile.Corrupt("its description is damaged", e);
        }
    }

    private static bool IsComplete(ModelPlan? plan) => plan is { Dims: not null, Inputs.IsDefault: false, Outputs.IsDefault: false }
        && plan.Cost is { } cost && IsComplete(cost);

    private static bool IsComplete(Cost cost) => cost is { Hardware: not null, Energy: not null, Events: not null, Layers.IsDefault: false }
        && cost.Layers.All(l => l is { Name: not null, Energy: not null, Events: not null });
}
