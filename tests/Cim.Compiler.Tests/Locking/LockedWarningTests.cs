using System.Text;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Tests.Shared;

namespace Cim.Compiler.Tests.Locking;

/// <summary>Warnings of stages that a lock file stands for hold as long as the lock does.</summary>
public sealed class LockedWarningTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(true), InlineData(false)]
    public void A_search_that_ended_early_is_warned_of_whenever_its_lock_is_used(bool inTwoSteps)
    {
        CompileOptions options = Options();
        if (inTwoSteps)
        {
            var chosen = new List<CompileWarning>();
            CompilePipeline.Lock(options, warned: chosen.Add);
            Assert.Contains(chosen, w => w.Code == ErrorCodes.SearchRanOutOfTime);
        }

        CompileWarning first = Assert.Single(CompilePipeline.Compile(options).Warnings, w => w.Code == ErrorCodes.SearchRanOutOfTime);
        byte[] locked = File.ReadAllBytes(options.LockPath!);
        CompileResult again = CompilePipeline.Compile(options);
        CompileWarning second = Assert.Single(again.Warnings, w => w.Code == ErrorCodes.SearchRanOutOfTime);
        Assert.Equal(first.Message, second.Message);
        Assert.Contains(first.Message, again.Report.Diagnostics.Select(d => d.Message));
        Assert.Equal(locked, File.ReadAllBytes(options.LockPath!));
        // In a build it still reads of metadata.
        Assert.Contains("(SearchBudget)", second.Text.ToString(o => o.OnItem), StringComparison.Ordinal);
        Assert.DoesNotContain("--", Encoding.UTF8.GetString(locked), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_made_anew_forgets_what_was_mended()
    {
        CompileOptions options = Options();
        CompilePipeline.Compile(options);
        CompileResult mended = CompilePipeline.Compile(options with { SearchMinutes = null, ForceEvaluate = true });
        Assert.DoesNotContain(mended.Warnings, w => w.Code == ErrorCodes.SearchRanOutOfTime);
        Assert.DoesNotContain(CompilePipeline.Compile(options).Warnings, w => w.Code == ErrorCodes.SearchRanOutOfTime);
    }

    [Fact]
    public void A_text_is_the_same_after_it_was_kept()
    {
        MessageText text =
            $"a {{b}} }}{{ {OptionTable.Seed.Named()}, {OptionTable.Search.With("rl")}; {OptionTable.MaxArrays.Is("3")} ends";
        MessageText? read = MessageText.Decode(text.Encode());
        Assert.Equal(text, read);
        Assert.Equal(text.ToString(o => o.OnItem), read!.ToString(o => o.OnItem));
        Assert.Null(MessageText.Decode("an {Unknown} option"));
        Assert.Null(MessageText.Decode("a { alone"));
    }

    private CompileOptions Options()
    {
        byte[] model = RandomNetworks.Chain(1);
        GraphInput input = GraphInput.Of(RandomNetworks.Import(model));
        float[] x = RandomNetworks.Samples(48, input.SampleElements, 9);
        return new CompileOptions
        {
            ModelPath = _folder.Write("net.onnx", model),
            Calibration = _folder.Write("x.npy", DataFiles.Npy("<f4", [.. input.Ports[0].Dims(48)], DataFiles.Floats(x))),
            LockPath = _folder.At("net.lock.json"), Search = "exact", SearchEvaluations = 4, SearchMinutes = 1e-9, MaxAccuracyLoss = 60,
        };
    }
}
