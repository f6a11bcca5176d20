using Cim.Compiler.Ir;

namespace Cim.Compiler.Import.Passes;

/// <summary>Afterwards every node and constant contributes to an output.</summary>
internal sealed class RemoveDeadNodes : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        editor.MarkChanged();
        return editor.Build();
    }
}
