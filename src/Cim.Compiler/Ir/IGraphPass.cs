namespace Cim.Compiler.Ir;

/// <summary>A step of the compiler: what is true of the result is said in the summary of each implementation.</summary>
internal interface IGraphPass
{
    /// <summary>Returns the transformed graph, or the same one if there was nothing to do.</summary>
    Graph Run(Graph graph);
}
