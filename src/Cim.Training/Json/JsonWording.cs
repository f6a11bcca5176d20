namespace Cim.Training.Json;

/// <summary>How the errors of a kind of JSON file name it.</summary>
/// <param name="Code">Their code.</param>
/// <param name="Whole">The document: "the recipe".</param>
/// <param name="Any">Every document of its kind: "a recipe".</param>
/// <param name="Field">One of its keys: "recipe field".</param>
internal sealed record JsonWording(string Code, string Whole, string Any, string Field);
