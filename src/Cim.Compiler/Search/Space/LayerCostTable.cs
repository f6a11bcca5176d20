using System.Collections.Immutable;
using Cim.Compiler.Mapping;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Search.Space;

/// <summary>
/// The cost of every layer at every precision, computed once: the cost of a policy is then one table look-up and addition a
/// layer, hundreds of thousands of policies a second. Cost is additive because layers run one after the other on arrays of their own;
/// buffers and routers of cores are left to the final cost.
/// </summary>
internal sealed class LayerCostTable
{
    private readonly CostVector[] _costs; // [layer, choice]
    private readonly Dictionary<LayerBits, int> _index;

    private LayerCostTable(
        ImmutableArray<LayerShape> layers, ImmutableArray<LayerBits> choices, CostVector[] costs, HardwareProfile profile)
    {
        (Layers, Choices, _costs, Profile) = (layers, choices, costs, profile);
        _index = choices.Select((c, i) => (c, i)).ToDictionary(p => p.c, p => p.i);
    }

    /// <summary>The layers, in order.</summary>
    public ImmutableArray<LayerShape> Layers { get; }

    /// <summary>The precisions a layer can have; the same for all layers.</summary>
    public ImmutableArray<LayerBits> Choices { get; }

    /// <summary>The hardware the costs are of.</summary>
    public HardwareProfile Profile { get; }

    /// <summary>Computes the table for all combinations of widths.</summary>
    public static LayerCostTable Build(
        ImmutableArray<LayerShape> layers, HardwareProfile profile,
        ImmutableArray<int> weightBits, ImmutableArray<int> activationBits, ImmutableArray<int> adcBits)
    {
        ImmutableArray<LayerBits> choices =
        [
            .. from w in weightBits from a in activationBits from adc in adcBits select new LayerBits(w, a, adc),
        ];
        var costs = new CostVector[layers.Length * choices.Length];
        for (int l = 0; l < layers.Length; l++)
        {
            LayerShape shape = layers[l];
            var mappings = weightBits.ToDictionary(w => w, w => LayerMapper.Map(shape, w, profile));
            for (int c = 0; c < choices.Length; c++)
            {
                (int w, int a, int adc) = choices[c];
                LayerCost cost = CostModel.Of(shape, mappings[w], w, a, adc, profile);
                costs[(l * choices.Length) + c] = new CostVector(cost.LatencyNs, cost.EnergyPj, cost.Arrays, cost.AreaUm2)
                {
                    Balance = Math.Sqrt(cost.LatencyNs * cost.Arrays),
                    Work = cost.LatencyNs * cost.Arrays,
                };
            }
        }

        return new LayerCostTable(layers, choices, costs, profile);
    }

    /// <summary>The cost of a layer at a choice.</summary>
    public CostVector this[int layer, int choice] => _costs[(layer * Choices.Length) + choice];

    /// <summary>The index of a precision in <see cref="Choices"/>.</summary>
    /// <exception cref="ArgumentException">The table was not built for it.</exception>
    public int IndexOf(LayerBits precision) => _index.TryGetValue(precision, out int index)
        ? index
        : throw new ArgumentException($"The cost table has no precision {precision}.", nameof(precision));

    /// <summary>The cost of a policy: one choice a layer.</summary>
    public CostVector Total(ReadOnlySpan<int> choices)
    {
        int width = Choices.Length;
        (double latency, double energy, double area, double balance, double work, long arrays) = (0, 0, 0, 0, 0, 0);
        for (int l = 0, row = 0; l < choices.Length; l++, row += width)
        {
            ref readonly CostVector c = ref _costs[row + choices[l]];
            latency += c.LatencyNs;
            energy += c.EnergyPj;
            area += c.AreaUm2;
            arrays += c.Arrays;
            balance += c.Balance;
            work += c.Work;
        }

        return new CostVector(latency, energy, arrays, area) { Balance = balance, Work = work };
    }
}
