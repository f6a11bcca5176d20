using System.Buffers.Binary;
using System.Security.Cryptography;
using Cim.Runtime.Format;
using Cim.Runtime.Model;
using Cim.Runtime.Program;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Format;

public sealed class CimFormatTests
{
    private static readonly byte[] _file = ModelWriter.ToBytes(TestPrograms.Compile(TestPrograms.Convolutional()));

    [Fact]
    public void What_was_written_is_read_back()
    {
        foreach (ModelProgram program in (
            ModelProgram[])[TestPrograms.Convolutional(), TestPrograms.Matrices(), TestPrograms.ComputedShape()])
        {
            CompiledModel written = TestPrograms.Compile(program);
            byte[] bytes = ModelWriter.ToBytes(written);
            CompiledModel read = ModelReader.Read(bytes);
            Assert.Equal(written.Info.Name, read.Info.Name);
            Assert.Equal(written.Info.Seed, read.Info.Seed);
            Assert.Equal(written.Info.AccuracyFloat, read.Info.AccuracyFloat);
            Assert.Null(read.Info.AccuracyCompiled);
            Assert.True(written.Info.Inputs.SequenceEqual(read.Info.Inputs));
            Assert.Equal(written.Info.Cost.EnergyPj, read.Info.Cost.EnergyPj);
            Assert.Equal(bytes, ModelWriter.ToBytes(read));
        }
    }

    [Fact]
    public void The_same_model_gives_the_same_bytes() =>
        Assert.Equal(_file, ModelWriter.ToBytes(TestPrograms.Compile(TestPrograms.Convolutional())));

    [Fact]
    public void A_loaded_model_computes_what_the_compiled_one_does()
    {
        using var compiled = new CimModel(TestPrograms.Compile(TestPrograms.Convolutional()));
        using CimModel fromMemory = CimModel.Load(_file);
        using CimModel fromStream = CimModel.Load(new Trickle(_file));
        float[] x = TestPrograms.Samples(3, 432), expected = new float[30], actual = new float[30];
        compiled.Run(x, expected);
        foreach (CimModel model in (CimModel[])[fromMemory, fromStream])
        {
            model.Run(x, actual);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void The_description_is_read_without_the_rest()
    {
        ModelInfo info = ModelInfo.Read(new Trickle(_file));
        Assert.Equal("test", info.Name);
        Assert.Equal(432, info.Inputs[0].SampleLength);
        Assert.Equal(1.5, info.Cost.LatencyNs);
    }

    [Fact]
    public void Constants_lie_at_multiples_of_64()
    {
        var model = ModelReader.Read(_file);
        Assert.True(
            System.Runtime.InteropServices.MemoryMarshal.TryGetArray(model.Program.Layers[0].Weights.Data, out ArraySegment<byte> segment));
        Assert.Equal(0, segment.Offset % 64);
    }

    [Fact]
    public void A_file_cut_anywhere_is_an_error()
    {
        for (int length = 0; length < _file.Length; length += length < 600 ? 1 : 97)
        {
            byte[] cut = _file[..length];
            AssertCorrupt(() => ModelReader.Read(cut));
            AssertCorrupt(() => ModelReader.Read(new MemoryStream(cut)));
        }

        AssertCorrupt(() => ModelReader.Read((byte[])[.. _file, 0]));
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_an_error()
    {
        var random = new Random(1);
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = [.. _file];
            int at = i < 200 ? random.Next(400) : random.Next(damaged.Length);
            damaged[at] ^= (byte)(1 << random.Next(8));
            AssertCorrupt(() => ModelReader.Read(damaged));
        }
    }

    [Fact]
    public void Damage_under_a_correct_checksum_is_an_error_or_a_model_that_runs()
    {
        var random = new Random(2);
        int loaded = 0;
        long limit = GC.GetAllocatedBytesForCurrentThread() + (4L << 30);
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = [.. _file];
            (int offset, int length) = Section(damaged, i % 8 == 0 ? 1 : i % 8 == 1 ? 0 : 2);
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                int at = offset + random.Next(length);
                damaged[at] = random.Next(3) switch
                {
                    0 => (byte)(damaged[at] ^ (1 << random.Next(8))),
                    1 => (byte)random.Next(256),
                    _ => random.Next(2) == 0 ? (byte)255 : (byte)0,
                };
            }

            FixChecksums(damaged);
            try
            {
                using CimModel model = CimModel.Load(damaged);
                loaded++;
                if (model.Info.Inputs.Length != 1 || model.Info.Outputs.Length != 1) continue;
                int size = model.Info.Inputs[0].SampleLength;
                float[] y = new float[model.Info.Outputs[0].SampleLength];
                Fidelity fidelity = (i % 10) switch
                {
                    0 => Fidelity.Circuit,
                    1 or 2 => Fidelity.Device,
                    < 6 => Fidelity.Adc,
                    _ => Fidelity.Exact,
                };
                model.Run(TestPrograms.Samples(1, size), y, new RunOptions { Fidelity = fidelity });
            }
            catch (CimException e)
            {
                Assert.StartsWith("CIM", e.Code, StringComparison.Ordinal);
            }
        }

        Assert.True(loaded > 0);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() < limit);
    }

    [Fact]
    public void Another_format_version_names_both_versions_of_the_package()
    {
        byte[] newer = [.. _file];
        BinaryPrimitives.WriteUInt32LittleEndian(newer.AsSpan(8), CimFile.FormatVersion + 1);
        "9.8.7"u8.CopyTo(newer.AsSpan(24));
        FixChecksums(newer);
        var e = Assert.Throws<CimException>(() => ModelReader.Read(newer));
        Assert.Equal(ErrorCodes.InvalidCompiledModel, e.Code);
        Assert.Contains("9.8.7", e.Message, StringComparison.Ordinal);
        Assert.Contains(CimFile.RuntimeVersion, e.Message, StringComparison.Ordinal);
    }

    private static void AssertCorrupt(Action read)
    {
        var e = Assert.Throws<CimException>(read);
        Assert.Equal(ErrorCodes.InvalidCompiledModel, e.Code);
    }

    private static (int Offset, int Length) Section(byte[] file, int section)
    {
        Span<byte> entry = file.AsSpan(CimFile.HeaderBytes + (section * CimFile.EntryBytes));
        return ((int)BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]), (int)BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]));
    }

    private static void FixChecksums(byte[] file)
    {
        int sections = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12)),
            table = CimFile.HeaderBytes + (sections * CimFile.EntryBytes);
        for (int s = 0; s < sections; s++)
        {
            (int offset, int length) = Section(file, s);
            SHA256.HashData(file.AsSpan(offset, length), file.AsSpan(CimFile.HeaderBytes + (s * CimFile.EntryBytes) + 24, 32));
        }

        SHA256.HashData((byte[])[.. file[..64], .. file[CimFile.HeaderBytes..table]], file.AsSpan(64, 32));
    }

    /// <summary>A stream that gives a few bytes at a time and cannot seek, like a compressed resource.</summary>
    private sealed class Trickle(byte[] data) : MemoryStream(data)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 777));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 777)]);
    }
}
