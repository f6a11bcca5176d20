using Cim.Compiler.Mapping;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Model;
using Cim.Runtime.Program;

namespace Cim.Compiler.Sweep;

/// <summary>What an inference of a compiled model costs on other hardware.</summary>
internal static class SweepCost
{
    /// <summary>
    /// The cost; null where the compiled model does not say what a layer costs: a layer in strips or in columns that are shared is more
    /// than the matrix the model names, so the cost computed from that is not the one it was compiled with.
    /// </summary>
    public static Cost? Of(CompiledModel compiled, HardwareProfile hardware)
    {
        var layers = new List<LayerCost>();
        foreach (LayerCost stated in compiled.Info.Cost.Layers)
        {
            if (compiled.Program.Layers.FirstOrDefault(l => l.Name == stated.Name) is not { } layer) return null;
            if (!AreEqual(stated, On(layer, stated, compiled.Hardware, stated.AdcBits))) return null;
            layers.Add(On(layer, stated, hardware, stated.AdcBits == compiled.Hardware.AdcBits ? 0 : stated.AdcBits));
        }

        return CostModel.Total(layers, hardware);
    }

    private static LayerCost On(CrossbarLayer layer, LayerCost stated, HardwareProfile hardware, int adcBits)
    {
        var shape = new LayerShape(stated.Name, stated.Groups, stated.Rows, stated.Columns, stated.Mvms);
        bool usesMinimum = layer.Weights.Span<sbyte>().Contains((sbyte)-(1 << (layer.WeightBits - 1)));
        return CostModel.Of(shape, LayerMapper.Map(shape, stated.WeightBits, hardware, usesMinimum), stated.WeightBits,
            stated.ActivationBits, adcBits, hardware, stated.Copies);
    }

    private static bool AreEqual(LayerCost a, LayerCost b) =>
        a.Arrays == b.Arrays && Close(a.LatencyNs, b.LatencyNs) && Close(a.EnergyPj, b.EnergyPj) && Close(a.AreaUm2, b.AreaUm2);

    private static bool Close(double a, double b) => Math.Abs(a - b) <= 1e-9 * Math.Max(Math.Abs(a), Math.Abs(b));
}
