using Cim.Runtime.Crossbar.Analog;
using Cim.Runtime.Crossbar.Blocks;
using Cim.Runtime.Crossbar.Circuit;
using Cim.Runtime.Crossbar.Compensation;
using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Crossbar.Exact;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Crossbar.Programming;
using Cim.Runtime.Hardware;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Simulation;

/// <summary>Turns layers into something that runs at a fidelity.</summary>
internal static class CrossbarSimulator
{
    /// <summary>Packs (or programs) a layer once.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="layerIndex">Its index in the model: part of the key of every random number.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="fidelity">How much of the hardware is simulated.</param>
    /// <param name="seed">Which chip is programmed and which noise it reads.</param>
    /// <param name="chips">Chips programmed before, or null.</param>
    /// <returns>An immutable layer that many threads may run at once.</returns>
    public static PreparedLayer Prepare(
        CrossbarLayer layer, int layerIndex, HardwareProfile profile, Fidelity fidelity, ulong seed, ProgrammedChips? chips = null) =>
        Prepare(layer, layerIndex, profile, fidelity, seed, SimdLevels.Default, chips);

    /// <summary>As above with a chosen vector width; results do not depend on it.</summary>
    public static PreparedLayer Prepare(
        CrossbarLayer layer, int layerIndex, HardwareProfile profile, Fidelity fidelity, ulong seed, SimdLevel level,
        ProgrammedChips? chips = null)
    {
        if (fidelity == Fidelity.Exact) return ExactLayers.Prepare(layer, level);
        (AnalogPlan Plan, int Index)[] plans = [
            .. BlockParts.Of(layer).Select((part, b) => (new AnalogPlan(part, profile), BlockParts.Index(layerIndex, b)))];
        (PreparedLayer Layer, bool IsReal)[] parts =
        [
            .. plans.Select(p => fidelity == Fidelity.Adc
                ? (PrepareAdc(p.Plan, level), !p.Plan.IsInteger)
                : PrepareCells(
                    p, new Chip(profile, seed), fidelity == Fidelity.Circuit, level, layer.Blocks.IsEmpty ? null : plans, chips)),
        ];
        return layer.Blocks.IsEmpty ? parts[0].Layer : BlockLayers.Create(layer, parts, level);
    }

    // Where no converter can change a sum, the integers are those of the exact layer.
    private static PreparedLayer PrepareAdc(AnalogPlan plan, SimdLevel level) =>
        plan.IsLossless() ? ExactLayers.Prepare(plan.Layer, level)
        : AnalogLayers.Fastest(plan, null, null, level);

    /// <summary>True if the seed makes a difference: cells, converters or reads have random errors.</summary>
    public static bool IsRandom(HardwareProfile profile, Fidelity fidelity) => fidelity >= Fidelity.Device && (
        profile is not { ReadNoiseSigma: 0, AdcGainSigma: 0, AdcOffsetSigma: 0, StuckOn: 0, StuckOff: 0, DieToDieSigma: 0, SpatialSigma: 0,
            Drift.NuSigma: 0 }
        || ProgrammingErrorModels.Of(profile) is not null);

    // Without any non-ideality the sums are those of the converters' fidelity, and so are the results.
    private static (PreparedLayer Layer, bool IsReal) PrepareCells(
        (AnalogPlan Plan, int Index) part, Chip chip, bool withWires, SimdLevel level,
        IReadOnlyList<(AnalogPlan Plan, int Index)>? shared, ProgrammedChips? chips)
    {
        (AnalogPlan plan, int layerIndex) = part;
        (HardwareProfile profile, ulong seed) = chip;
        withWires &= !Wires.Of(profile).AreIdeal;
        if (!withWires && profile is { ReadNoiseSigma: 0, AdcGainSigma: 0, AdcOffsetSigma: 0 }
            && new CellProgrammer(profile, seed, layerIndex).IsIdeal)
            return (PrepareAdc(plan, level), !plan.IsInteger);
        // An ideal read-out of every input bit adds up to that of all bits at once.
        if (plan.Inputs.Length > 1 && plan.Converters.All(c => c.IsIdeal))
        {
            profile = profile with { AdcPerInputSlice = false };
            plan = new AnalogPlan(plan.Layer, profile);
        }
        float[] Program() => ProgrammedCells.Program(plan, profile, layerIndex, seed, withWires, shared);
        float[] levels = chips?.Get(layerIndex, seed, withWires, Program) ?? Program();
        ColumnErrors errors = ColumnErrors.Of(plan, profile, layerIndex, seed);
        plan = ColumnCorrector.Apply(plan, profile, levels, errors, level);
        bool isReal = !plan.IsInteger || plan.Converters.Any(c => c.IsIdeal);
        return (AnalogLayers.Fastest(plan, levels, errors, level), isReal);
    }
}
