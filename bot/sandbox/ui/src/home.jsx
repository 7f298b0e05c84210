/* The app's home tab. */
import { Blocks } from "./blocks.jsx";
import { usePage } from "./context.js";
import { SurfaceOf, useValues } from "./surface.jsx";

export function Home() {
  const { world } = usePage();
  return (
    <div class="scroll home" id="panel-home" role="tabpanel" aria-labelledby="tab-home" tabIndex={0}>
      <h2 class="sr-only">Home</h2>
      {world.home ? (
        <View view={world.home} key={world.home.id} />
      ) : (
        <p class="empty">{world.bot.real_name} is preparing your home …</p>
      )}
    </div>
  );
}

function View({ view }) {
  const held = useValues(view.blocks);
  return (
    <SurfaceOf container={{ type: "view", view_id: view.id }} held={held}>
      <div class="blocks" data-view-id={view.id}>
        <Blocks blocks={held.blocks} />
      </div>
    </SurfaceOf>
  );
}
