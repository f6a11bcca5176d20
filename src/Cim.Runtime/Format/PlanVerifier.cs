using System.Collections.Immutable;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Model;
using Cim.Runtime.Program;

namespace Cim.Runtime.Format;

/// <summary>Checks that the description of a model and its programs are about the same inputs and outputs, plan by plan.</summary>
internal static class PlanVerifier
{
    /// <exception cref="CimException">CIM4001: they are not, or the program of a plan is none.</exception>
    public static void Verify(CompiledModel model)
    {
        ModelInfo info = model.Info;
        Require(info.Inputs, info.Outputs, model.Program);
        if (info.Plans.Length != (model.Plans == 1 ? 0 : model.Plans) || info.CalibratedPlan < 0 || info.CalibratedPlan >= model.Plans)
            throw CimFile.Corrupt("description and plans differ");
        foreach (ModelProgram program in model.OtherPrograms)
        {
            ProgramVerifier.Verify(program);
            if (program.Layers.Length != model.Program.Layers.Length) throw CimFile.Corrupt("a plan has not the layers of its model");
            foreach (CrossbarLayer layer in program.Layers) LayerVerifier.Verify(layer, model.Hardware);
        }

        for (int i = 0; i < info.Plans.Length; i++)
        {
            Require(info.Plans[i].Inputs, info.Plans[i].Outputs, model.ProgramOf(i));
            if (!Alike(info.Plans[i].Inputs, info.Inputs) || !Alike(info.Plans[i].Outputs, info.Outputs))
                throw CimFile.Corrupt("its plans have not the same inputs and outputs");
        }
    }

    private static bool Alike(ImmutableArray<TensorDescription> some, ImmutableArray<TensorDescription> others) =>
        some.Select(t => (t.Name, t.Type)).SequenceEqual(others.Select(t => (t.Name, t.Type)));

    private static void Require(
        ImmutableArray<TensorDescription> inputs, ImmutableArray<TensorDescription> outputs, ModelProgram program)
    {
        if (!Same(inputs, program.Inputs) || !Same(outputs, program.Outputs)) throw CimFile.Corrupt("description and program differ");

        bool Same(ImmutableArray<TensorDescription> described, ImmutableArray<int> values)
        {
            if (described.Length != values.Length) return false;
            for (int i = 0; i < values.Length; i++)
            {
                ProgramValue v = program.Values[values[i]];
                if (described[i] is not { Name: not null, Shape.IsDefault: false } d || d.Name != v.Name || d.Type != v.Type
                    || !d.Shape.AsSpan().SequenceEqual(v.Shape.Dims.AsSpan()))
                    return false;
            }

            return true;
        }
    }
}
