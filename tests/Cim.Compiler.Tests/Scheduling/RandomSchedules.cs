using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Rows;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using CsCheck;

namespace Cim.Compiler.Tests.Scheduling;

/// <summary>A network of stages that no operator stands behind, with what each has to do.</summary>
internal sealed record RandomSchedule(StageGraph Graph, ImmutableArray<StageWork> Work);

/// <summary>Random stages: windows over one to three earlier stages, layers and digital operators, copies that share products.</summary>
internal static class RandomSchedules
{
    public static Gen<RandomSchedule> Any { get; } = Of(ProductSharing.Whole);

    public static Gen<RandomSchedule> Of(ProductSharing sharing) => Gen.Select(Gen.Int[1, 12], Gen.Int[0, int.MaxValue - 1])
        .Select((stages, seed) => Make(stages, new Random(seed), sharing));

    /// <summary>Loads of layers whose copies can be placed by trying all of them.</summary>
    public static Gen<(LayerLoad[] Layers, int Extra)> Loads { get; } = Gen.Select(
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 40], Gen.Int[1, 5]).Array[1, 4], Gen.Int[0, 12], Gen.Bool)
        .Select((layers, extra, divisible) => (layers.Select((l, i) => new LayerLoad($"l{i}", l.Item1, l.Item2, l.Item3,
            divisible ? ProductSharing.Divisible : ProductSharing.Whole)).ToArray(), extra));

    private static RandomSchedule Make(int count, Random random, ProductSharing sharing)
    {
        var stages = ImmutableArray.CreateBuilder<Stage>();
        var work = ImmutableArray.CreateBuilder<StageWork>();
        var layers = ImmutableArray.CreateBuilder<LayerShape>();
        for (int s = 0; s < count; s++)
        {
            int rows = random.Next(1, 9);
            bool onArrays = s == 0 || random.Next(3) > 0;
            int[] producers = s == 0 ? [] : [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(s)).Distinct()];
            stages.Add(new Stage($"s{s}", onArrays ? layers.Count : -1, rows, rows * random.Next(1, 20),
                [.. producers.Select(p => new StageInput(p, Window(rows, stages[p].Rows, random)))]));
            long products = rows * random.Next(1, 7);
            work.Add(onArrays
                ? new StageWork(products, new ProductTiming(random.Next(4) == 0 ? random.Next(5) : 0, random.Next(1, 6), random.Next(3)),
                    random.Next(1, 5), sharing) { Resource = layers.Count, RowBytes = random.Next(1, 20) }
                : StageWork.Free with { DigitalNs = random.Next(3) == 0 ? 0 : random.Next(1, 20), RowBytes = random.Next(1, 20) });
            if (onArrays) layers.Add(new LayerShape($"s{s}", 1, 1, 1, products));
        }

        return new RandomSchedule(new StageGraph(stages.ToImmutable(), [count - 1], layers.ToImmutable()), work.ToImmutable());
    }

    private static RowNeeds Window(int rows, int inputRows, Random random)
    {
        if (random.Next(5) == 0) return RowNeeds.All(rows, inputRows);
        double stride = (double)inputRows / rows;
        int kernel = random.Next(1, 4), pad = random.Next(0, 2);
        return RowNeeds.Of(rows, inputRows, r => ((long)(r * stride) - pad, (long)(r * stride) - pad + kernel - 1));
    }
}
