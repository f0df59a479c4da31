export namespace main {
	
	export class AppView {
	    name: string;
	    version: string;
	    demo: boolean;
	
	    static createFrom(source: any = {}) {
	        return new AppView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.version = source["version"];
	        this.demo = source["demo"];
	    }
	}
	export class NoticeView {
	    title: string;
	    lines: string[];
	
	    static createFrom(source: any = {}) {
	        return new NoticeView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.title = source["title"];
	        this.lines = source["lines"];
	    }
	}
	export class ProblemView {
	    code: string;
	    title: string;
	    message: string;
	    hint: string;
	    detail: string;
	    ref: string;
	    actions: string[];
	
	    static createFrom(source: any = {}) {
	        return new ProblemView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.code = source["code"];
	        this.title = source["title"];
	        this.message = source["message"];
	        this.hint = source["hint"];
	        this.detail = source["detail"];
	        this.ref = source["ref"];
	        this.actions = source["actions"];
	    }
	}
	export class ProfileView {
	    name: string;
	    email: string;
	    emailVerified: boolean;
	    picture: string;
	    initials: string;
	    issuer: string;
	    subject: string;
	    verified: boolean;
	    signedInAt: number;
	    refreshedAt: number;
	    expiresAt: number;
	    renewable: boolean;
	    health: string;
	    healthProblem: string;
	
	    static createFrom(source: any = {}) {
	        return new ProfileView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.email = source["email"];
	        this.emailVerified = source["emailVerified"];
	        this.picture = source["picture"];
	        this.initials = source["initials"];
	        this.issuer = source["issuer"];
	        this.subject = source["subject"];
	        this.verified = source["verified"];
	        this.signedInAt = source["signedInAt"];
	        this.refreshedAt = source["refreshedAt"];
	        this.expiresAt = source["expiresAt"];
	        this.renewable = source["renewable"];
	        this.health = source["health"];
	        this.healthProblem = source["healthProblem"];
	    }
	}
	export class WaitingView {
	    since: number;
	    until: number;
	    linked: boolean;
	    openFailed: string;
	    strays: number;
	
	    static createFrom(source: any = {}) {
	        return new WaitingView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.since = source["since"];
	        this.until = source["until"];
	        this.linked = source["linked"];
	        this.openFailed = source["openFailed"];
	        this.strays = source["strays"];
	    }
	}
	export class StateView {
	    revision: number;
	    screen: string;
	    app: AppView;
	    provider: string;
	    waiting?: WaitingView;
	    profile?: ProfileView;
	    problem?: ProblemView;
	    notice?: NoticeView;
	    last: string;
	    choosing: boolean;
	
	    static createFrom(source: any = {}) {
	        return new StateView(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.revision = source["revision"];
	        this.screen = source["screen"];
	        this.app = this.convertValues(source["app"], AppView);
	        this.provider = source["provider"];
	        this.waiting = this.convertValues(source["waiting"], WaitingView);
	        this.profile = this.convertValues(source["profile"], ProfileView);
	        this.problem = this.convertValues(source["problem"], ProblemView);
	        this.notice = this.convertValues(source["notice"], NoticeView);
	        this.last = source["last"];
	        this.choosing = source["choosing"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}

}

