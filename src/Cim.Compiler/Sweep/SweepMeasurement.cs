using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Runtime;
using Cim.Runtime.Crossbar.Simulation;

namespace Cim.Compiler.Sweep;

/// <summary>The accuracy of every chip at one point.</summary>
/// <param name="Point">The point.</param>
/// <param name="Chips">One per trial.</param>
/// <param name="Cost">An inference there; null where the cost of a layer is not known from the compiled model.</param>
internal sealed record SweepMeasurement(SweepPoint Point, ImmutableArray<Accuracy> Chips, Cost? Cost)
{
    /// <summary>Over the chips, as fractions.</summary>
    public TrialStatistics Statistics => TrialStatistics.Of(Chips.Select(c => c.Fraction));
}

/// <summary>How a sweep simulates.</summary>
/// <param name="Fidelity">How much of the hardware.</param>
/// <param name="Trials">Chips per point.</param>
/// <param name="Seed">The first chip; chip t has seed + t, the same at every point.</param>
/// <param name="Limit">At most this many samples; 0 = all.</param>
/// <param name="Threads">At most this many threads; 0 = all processors.</param>
internal sealed record SweepOptions(Fidelity Fidelity, int Trials, ulong Seed, int Limit, int Threads);
