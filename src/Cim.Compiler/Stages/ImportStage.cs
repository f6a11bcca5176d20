using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Plans;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards there is the float network, and the shapes of its matrices.</summary>
internal sealed class ImportStage : ICompileStage
{
    public string Name => "Import";

    public string Announcement(CompileState state, CompileContext context) => "importing";

    public CompileState Run(CompileState state, CompileContext context)
    {
        Graph graph = OnnxImporter.Import(context.Options.ModelPath, context.Options.Import, context.Cancellation);
        return state with
        {
            Imported = graph,
            OtherSizes = PlanImport.Others(graph, context),
            Port = GraphInput.Of(graph),
            Shapes = LayerShapes.Of(graph, context.Hardware),
        };
    }
}
