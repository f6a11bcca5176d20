using Cim.Runtime.Crossbar;
using Cim.Runtime.Model;
using Cim.Runtime.Program;

namespace Cim.Compiler.Evaluation;

/// <summary>
/// Accuracy-weighted operations per energy: accuracy * 2 * multiply-accumulates of one inference / joules of one inference. A
/// multiplication and an addition are two operations; only those on crossbars are counted, as is their energy.
/// </summary>
internal static class CorrectOperations
{
    /// <summary>Operations per joule; null if the hardware profile states no energies.</summary>
    /// <param name="compiled">The network.</param>
    /// <param name="accuracy">0 to 1, at the fidelity asked about.</param>
    public static double? PerJoule(CompiledModel compiled, double accuracy)
    {
        const double PicojoulePerJoule = 1e12;
        double picojoules = compiled.Info.Cost.EnergyPj;
        return picojoules > 0 ? accuracy * 2 * Macs(compiled) / picojoules * PicojoulePerJoule : null;
    }

    /// <summary>Multiply-accumulates of one inference on crossbars.</summary>
    public static long Macs(CompiledModel compiled)
    {
        long macs = 0;
        ModelProgram program = compiled.Program;
        for (int l = 0; l < program.Layers.Length; l++)
        {
            CrossbarLayer layer = program.Layers[l];
            macs += (long)layer.Outputs * layer.RowsPerGroup * layer.PositionsPerImage * program.StepsOf(l).Count();
        }

        return macs;
    }
}
