using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Evaluation.Candidates;

/// <summary>Quantized candidates that processes share through a file.</summary>
public sealed class StoredCandidatesTests : IDisposable
{
    private static readonly int[] _bits = [2, 3, 8];

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.At("candidates.bin");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_network_that_reads_candidates_measures_what_the_one_that_quantized_them_measures()
    {
        SampledNetwork source = Source();
        Distance[] own;
        using (PolicyNetwork network = Of(source with { Store = Store(isReadOnly: false) }, _bits))
        {
            own = Measure(network);
            network.Share();
        }

        // No samples to quantize on: all that is needed is read.
        SampledNetwork reader = source with
        {
            Store = Store(isReadOnly: true), Data = source.Data with { Fit = source.Data.Fit with { Values = [], Count = 0 } },
        };
        using PolicyNetwork other = Of(reader, _bits);
        Assert.Equal(own, Measure(other));
        using PolicyNetwork alone = Of(source, _bits);
        Assert.Equal(own, Measure(alone));
    }

    [Fact]
    public void Widths_that_are_missing_are_quantized_as_they_would_have_been_and_added()
    {
        SampledNetwork source = Source() with { Store = Store(isReadOnly: false) };
        foreach (int[] bits in new[] { [8], _bits })
        {
            using PolicyNetwork network = Of(source, bits);
            foreach (int b in bits) network.Measure(_ => b, _ => b, int.MaxValue, default);
            network.Share();
        }

        using StoredCandidates stored = StoredCandidates.Open(source.Store)!;
        Assert.All(_bits, b => Assert.True(stored.Has(0, b) && stored.Activations.ContainsKey((0, b))));
        using PolicyNetwork alone = Of(Source(), _bits), shared = Of(source, _bits);
        Assert.Equal(Measure(alone), Measure(shared));
    }

    [Fact]
    public void The_numbers_of_the_file_are_those_that_are_measured_with()
    {
        SampledNetwork source = Source() with { Store = Store(isReadOnly: false) };
        using (PolicyNetwork network = Of(source, _bits))
        {
            Measure(network);
            network.Share();
        }

        using (StoredCandidates stored = StoredCandidates.Open(source.Store)!)
        {
            var zeros = new QuantizedWidths(
                [.. stored.All().Select(w => (w.Layer, w.Weights with { Integers = [.. new sbyte[w.Weights.Integers.Length]] }))],
                [.. stored.Activations.Select(a => StoredQuantizer.Of(a.Key.Group, a.Key.Bits, a.Value))], [.. stored.Magnitudes],
                stored.Reference());
            StoredCandidates.Write(source.Store, zeros);
        }

        using PolicyNetwork other = Of(source, _bits);
        Assert.True(other.Measure(_ => 8, _ => 8, int.MaxValue, default).LossPoints > 20);
    }

    [Fact]
    public void A_file_that_is_damaged_or_of_another_key_is_none()
    {
        CandidateStore store = Store(isReadOnly: false);
        Assert.Null(StoredCandidates.Open(store));
        StoredCandidates.Write(store, new QuantizedWidths([], [], [1, 2], [0.5f, 0.25f, 4]));
        using (StoredCandidates whole = StoredCandidates.Open(store)!)
        {
            Assert.Equal([0.5f, 0.25f, 4], whole.Reference());
            Assert.Equal([1, 2], whole.Magnitudes);
        }

        Assert.Null(StoredCandidates.Open(store with { Key = "another" }));
        byte[] bytes = File.ReadAllBytes(Path);
        foreach (int length in new[] { 0, 5, 8, 20, bytes.Length - 1 })
        {
            File.WriteAllBytes(Path, bytes[..length]);
            Assert.Null(StoredCandidates.Open(store));
        }
    }

    private static SampledNetwork Source()
    {
        (Graph graph, GraphInput input, SearchData data) = FashionSample.Load();
        return new SampledNetwork(graph, input, data);
    }

    private CandidateStore Store(bool isReadOnly) => new(Path, "key", isReadOnly);

    private static PolicyNetwork Of(SampledNetwork source, int[] bits)
    {
        var layers = QuantizableLayers.Of(source.Graph);
        return new PolicyNetwork(source, layers, [.. layers.Layers.Select(_ => bits)], default);
    }

    private static Distance[] Measure(PolicyNetwork network) =>
        [.. _bits.Select(b => network.Measure(_ => b, g => g == 0 ? 8 : b, int.MaxValue, default))];
}
