using System.Security.Cryptography;
using Cim.Compiler.Tests.Data;
using Cim.Runtime;
using Cim.Training.Loop;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Fuzz;

public sealed class CheckpointFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void A_damaged_checkpoint_is_refused_even_with_a_right_checksum()
    {
        using var folder = new TemporaryFolder();
        string path = folder.At("training.ckpt");
        float[][] arrays = [new float[5], new float[3]];
        new Checkpoint
        {
            Epoch = 2,
            Steps = 7,
            BestEpoch = 1,
            BestScore = 0.5,
            HighestScore = 0.6,
            Losses = [1, 2],
            Scores = [0.4, 0.5],
        }.Save(path, "key", arrays);
        byte[] original = File.ReadAllBytes(path)[..^32];
        Gen<byte[]> cases = Gen.Select(Damage.Bytes(Gen.Const(original)), Gen.Int[0, 9]).Select((bytes, repaired) =>
            repaired == 0 ? bytes : (byte[])[.. bytes, .. SHA256.HashData(bytes)]);
        new FuzzRun("checkpoint", output).Run(cases, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            Checkpoint read = Checkpoint.Load(path, "key", arrays);
            Assert.True(read.Epoch >= 0 && read.Losses.Count <= bytes.Length);
        }, bytes => Convert.ToHexString(bytes));
    }

    /// <summary>Found by a hundred thousand cases: the length of a text that is negative.</summary>
    [Fact]
    public void A_key_of_negative_length_is_damage()
    {
        using var folder = new TemporaryFolder();
        byte[] content = [.. BitConverter.GetBytes(Checkpoint.Magic), 0xDD, 0xDA, 0xD9, 0xA4, 0x0A, .. new byte[80]];
        string path = folder.Write("training.ckpt", [.. content, .. SHA256.HashData(content)]);
        Assert.Equal(ErrorCodes.InvalidCheckpoint, Assert.Throws<CimException>(() => Checkpoint.Load(path, "key", [])).Code);
    }
}
